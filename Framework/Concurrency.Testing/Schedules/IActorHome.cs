using Concurrency.Execution;

namespace Concurrency.Testing.Schedules;

/// <summary>Where the turns of an actor are queued.</summary>
internal interface IActorHome
{
    /// <summary>Queues the next turn of an actor.</summary>
    void Continue(Actor actor, ExecutorWork work);

    /// <summary>An actor is about to block the thread; does not return unless it may.</summary>
    void Blocks(Actor actor);
}
