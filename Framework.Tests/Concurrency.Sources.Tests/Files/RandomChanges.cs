namespace Concurrency.Sources.Tests.Files;

/// <summary>Makes, writes, moves and deletes files and directories at random, repeatably.</summary>
internal sealed class RandomChanges(string root, int seed)
{
    private readonly Random _random = new(seed);
    private readonly List<string> _directories = [root];
    private readonly List<string> _files = [];
    private int _made;

    public void Make(int count)
    {
        for (var i = 0; i < count; i++)
        {
            switch (_random.Next(10))
            {
                case 0 or 1 or 2:
                    MakeFile();
                    break;
                case 3 or 4:
                    MakeDirectory();
                    break;
                case 5:
                    WriteFile();
                    break;
                case 6:
                    MoveFile();
                    break;
                case 7:
                    DeleteFile();
                    break;
                case 8:
                    MoveDirectory();
                    break;
                default:
                    DeleteDirectory();
                    break;
            }
        }
    }

    private void MakeFile()
    {
        var path = NewPath();
        File.WriteAllText(path, "made");
        _files.Add(path);
    }

    private void MakeDirectory()
    {
        var path = NewPath();
        Directory.CreateDirectory(path);
        _directories.Add(path);
    }

    private void WriteFile()
    {
        if (_files.Count > 0)
        {
            File.AppendAllText(_files[_random.Next(_files.Count)], "more");
        }
    }

    private void MoveFile()
    {
        if (_files.Count > 0)
        {
            var index = _random.Next(_files.Count);
            var target = _random.Next(2) == 0 ? NewPath() : _files[_random.Next(_files.Count)];
            File.Move(_files[index], target, overwrite: true);
            if (target != _files[index])
            {
                _files.RemoveAt(index);
                _files.Remove(target);
                _files.Add(target);
            }
        }
    }

    private void DeleteFile()
    {
        if (_files.Count > 0)
        {
            var index = _random.Next(_files.Count);
            File.Delete(_files[index]);
            _files.RemoveAt(index);
        }
    }

    private void MoveDirectory()
    {
        var from = _directories[_random.Next(_directories.Count)];
        var target = NewPath();
        if (from == root || target.StartsWith(from + "/", StringComparison.Ordinal))
        {
            return;
        }

        Directory.Move(from, target);
        Rename(_directories, from, target);
        Rename(_files, from, target);
    }

    private void DeleteDirectory()
    {
        var path = _directories[_random.Next(_directories.Count)];
        if (path == root)
        {
            return;
        }

        Directory.Delete(path, recursive: true);
        _directories.RemoveAll(other => other == path || other.StartsWith(path + "/", StringComparison.Ordinal));
        _files.RemoveAll(other => other.StartsWith(path + "/", StringComparison.Ordinal));
    }

    private static void Rename(List<string> paths, string from, string to)
    {
        for (var i = 0; i < paths.Count; i++)
        {
            if (paths[i] == from || paths[i].StartsWith(from + "/", StringComparison.Ordinal))
            {
                paths[i] = to + paths[i][from.Length..];
            }
        }
    }

    // Few names, so that they come back as something else.
    private string NewPath()
    {
        while (true)
        {
            var path = Path.Join(_directories[_random.Next(_directories.Count)], $"n{_made++ % 40}");
            if (!Path.Exists(path))
            {
                return path;
            }
        }
    }
}
