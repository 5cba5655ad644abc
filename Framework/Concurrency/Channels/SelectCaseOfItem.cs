using System.Threading.Channels;
using Concurrency.Execution;

namespace Concurrency.Channels;

/// <inheritdoc/>
internal sealed class SelectCase<T, TResult> : SelectCase<TResult>
{
    private readonly ChannelReader<T> _reader;
    private readonly Func<T, TResult> _convert;
    private readonly SelectNode<T>? _node;
    private bool _fromNode;
    private T _item = default!;

    public SelectCase(ChannelReader<T> reader, Func<T, TResult> convert, int index)
    {
        _reader = reader;
        _convert = convert;
        _node = reader is BoundedChannelReader<T> own ? new SelectNode<T>(own.Core, index) : null;
    }

    public override bool IsOwn => _node is not null;

    public override bool TryTake()
    {
        _fromNode = false;
        return _reader.TryRead(out _item!);
    }

    public override TResult Convert()
    {
        var item = _fromNode ? _node!.TakeItem() : _item;
        _item = default!;
        return _convert(item);
    }

    public override SelectEntry Enter(SelectWaiter select)
    {
        _fromNode = true;
        return _node!.Enter(select);
    }

    public override void Leave() => _node!.Leave();

    public override async Task WaitAsync(CancellationToken cancellationToken)
    {
        try
        {
            IsCompleted = !await _reader.WaitToReadAsync(cancellationToken).ConfigureAwait(Executor.Current is not null);
        }
        catch (Exception error) when (error is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            throw new ChannelClosedException(error);
        }
    }
}
