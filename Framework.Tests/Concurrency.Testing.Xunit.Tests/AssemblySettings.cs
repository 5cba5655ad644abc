// The tests set variables of the process.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
