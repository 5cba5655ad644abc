namespace Concurrency.Testing.Histories;

/// <summary>Looks for an order in which the operations of a history could have happened one after the other.</summary>
/// <remarks>
/// The search of Wing and Gong (1993) with the memory of Lowe (2017): the next operation is any that began before the first end of those
/// that are left, and a set of done operations that led to the same state before is not tried again. Parts are looked at one by one.
/// </remarks>
internal sealed class Linearization<TState, TOperation, TResult>(SequentialSpec<TState, TOperation, TResult> spec)
{
    private readonly List<RecordedOperation<TOperation, TResult>> _best = [];

    /// <summary>Says why there is no such order; null if there is one.</summary>
    public string? Refute(OperationHistory<TOperation, TResult> history)
    {
        foreach (var part in history.Operations.GroupBy(recorded => spec.PartOf(recorded.Operation) ?? history))
        {
            RecordedOperation<TOperation, TResult>[] operations = [.. part.OrderBy(recorded => recorded.Begin)];
            if (!Search(operations))
            {
                return Describe(ReferenceEquals(part.Key, history) ? null : part.Key, operations);
            }
        }

        return null;
    }

    private bool Search(RecordedOperation<TOperation, TResult>[] operations)
    {
        _best.Clear();
        var seen = new HashSet<(OperationSet Done, TState State)>(new SeenComparer(spec.Comparer));
        var path = new Stack<(int Index, TState Before)>();
        var done = new OperationSet(operations.Length);
        var left = operations.Count(static operation => operation.HasEnded);
        var state = spec.Initial;
        var next = 0;
        while (left > 0)
        {
            if (TryStep(operations, done, ref next, state, out var after) && seen.Add((done.With(next), after)))
            {
                path.Push((next, state));
                done.Set(next, true);
                left -= operations[next].HasEnded ? 1 : 0;
                state = after;
                next = 0;
                Remember(path, operations);
            }
            else if (next < operations.Length)
            {
                next++;
            }
            else if (path.TryPop(out var last))
            {
                done.Set(last.Index, false);
                left += operations[last.Index].HasEnded ? 1 : 0;
                state = last.Before;
                next = last.Index + 1;
            }
            else
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Does the operation at a place, if it is left, could be the next, and answers what was seen; otherwise moves the place to the end when none further could be.</summary>
    private bool TryStep(RecordedOperation<TOperation, TResult>[] operations, OperationSet done, ref int next, TState state, out TState after)
    {
        after = state;
        if (next >= operations.Length || done.Has(next))
        {
            return false;
        }

        var candidate = operations[next];
        for (var index = 0; index < operations.Length && operations[index].Begin < candidate.Begin; index++)
        {
            if (!done.Has(index) && operations[index].End < candidate.Begin)
            {
                // It began after another one that is left had ended, and so did all further ones.
                next = operations.Length;
                return false;
            }
        }

        var (changed, result) = spec.Apply(state, candidate.Operation);
        after = changed;
        return !candidate.HasEnded || spec.IsAllowed(result, candidate.Result);
    }

    private void Remember(Stack<(int Index, TState Before)> path, RecordedOperation<TOperation, TResult>[] operations)
    {
        if (path.Count > _best.Count)
        {
            _best.Clear();
            _best.AddRange(path.Reverse().Select(step => operations[step.Index]));
        }
    }

    private string Describe(object? part, RecordedOperation<TOperation, TResult>[] operations)
    {
        var stuck = operations.Where(operation => operation.HasEnded && !_best.Contains(operation)).Take(5);
        return $"No order of the {operations.Length} operations{(part is null ? "" : $" on '{part}'")} explains their answers. " +
            $"The longest that fits: {(_best.Count == 0 ? "none" : string.Join("; ", _best))}. After it, none of these does: {string.Join("; ", stuck)}.";
    }

    private sealed class SeenComparer(IEqualityComparer<TState> states) : IEqualityComparer<(OperationSet Done, TState State)>
    {
        public bool Equals((OperationSet Done, TState State) one, (OperationSet Done, TState State) other) =>
            one.Done.Equals(other.Done) && states.Equals(one.State, other.State);

        public int GetHashCode((OperationSet Done, TState State) seen) =>
            HashCode.Combine(seen.Done.GetHashCode(), seen.State is null ? 0 : states.GetHashCode(seen.State));
    }
}
