using Concurrency.Time;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Concurrency.Patterns;

/// <summary>How a <see cref="Component"/> handles its events.</summary>
/// <remarks>Read once, when the component is made; later changes have no effect.</remarks>
/// <typeparam name="T">The event.</typeparam>
public class ComponentOptions<T>
{
    /// <summary>Events that are handled at the same time; 1 or more. The default is 1, which keeps their order.</summary>
    public int Concurrency { get; set; } = 1;

    /// <summary>What is done when the handler throws. The default is <see cref="ComponentErrorPolicy.Stop"/>.</summary>
    public ComponentErrorPolicy OnError { get; set; } = ComponentErrorPolicy.Stop;

    /// <summary>With a <see cref="Concurrency"/> above 1: events of one key are handled one after the other, in order. Null for no order.</summary>
    public Func<T, object?>? OrderBy { get; set; }

    /// <summary>The waits of <see cref="ComponentErrorPolicy.Restart"/>.</summary>
    public Backoff RestartBackoff { get; set; } = new();

    /// <summary>Failures within <see cref="RestartPeriod"/> after which <see cref="ComponentErrorPolicy.Restart"/> gives up; 0 or more. The default is 5.</summary>
    public int MaxRestarts { get; set; } = 5;

    /// <summary>The period in which failures are counted; above zero. The default is one minute.</summary>
    public TimeSpan RestartPeriod { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Where failures are logged; the default logs nowhere.</summary>
    public ILogger Logger { get; set; } = NullLogger.Instance;

    /// <summary>Checks the options.</summary>
    /// <param name="component">The component's name, for the message.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of its range.</exception>
    internal void Validate(string component)
    {
        Require(Concurrency >= 1, nameof(Concurrency), Concurrency, "Use 1 or more.");
        Require(Enum.IsDefined(OnError), nameof(OnError), OnError, "Use Stop, Isolate or Restart.");
        Require(MaxRestarts >= 0, nameof(MaxRestarts), MaxRestarts, "Use 0 or more.");
        Require(RestartPeriod > TimeSpan.Zero, nameof(RestartPeriod), RestartPeriod, "Use a period above zero.");
        ArgumentNullException.ThrowIfNull(RestartBackoff);
        ArgumentNullException.ThrowIfNull(Logger);

        void Require(bool condition, string name, object value, string advice)
        {
            if (!condition)
            {
                throw new ArgumentOutOfRangeException(name, value, $"The component '{component}' cannot have {name} = {value}. {advice}");
            }
        }
    }
}
