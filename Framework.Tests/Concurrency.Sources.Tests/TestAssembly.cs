// Storms, descriptor counts and the process-wide signal table: one test at a time.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
