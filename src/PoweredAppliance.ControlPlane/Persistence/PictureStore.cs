using System.Collections.Immutable;
using System.Data.Common;
using Akka.Configuration;
using Akka.Event;
using Akka.Persistence;
using Akka.Persistence.Snapshot;
using Microsoft.Data.Sqlite;
using Npgsql;
using PoweredAppliance.ControlPlane.Serialization;
using PoweredAppliance.Core.Hooks;
using PoweredAppliance.Core.Vms;

namespace PoweredAppliance.ControlPlane.Persistence;

/// <summary>
/// Pictures of VM partitions as Akka's snapshots, in a file of this controller. A picture shortens a recovery and is never needed for one:
/// it is passed over unless this very build wrote it and the journal still has the event that it reaches to.
/// </summary>
/// <remarks>Config: <c>path</c>; <c>connection-string</c> and <c>is-postgres</c> of the journal.</remarks>
public sealed class PictureStore : SnapshotStore
{
    /// <summary>A picture has the shape of the types that are in it, whatever they are in this build.</summary>
    private static readonly string Build = $"{typeof(VirtualMachine).Module.ModuleVersionId:N}{typeof(PictureStore).Module.ModuleVersionId:N}";

    private readonly PictureTable _table;
    private readonly Func<DbConnection> _journal;
    private readonly ILoggingAdapter _log = Context.GetLogger();

    public PictureStore(Config config)
    {
        var journal = config.GetString("connection-string");
        _table = new(config.GetString("path"));
        _journal = config.GetBoolean("is-postgres") ? () => new NpgsqlConnection(journal) : () => new SqliteConnection(journal);
    }

    protected override Task<SelectedSnapshot?> LoadAsync(string persistenceId, SnapshotSelectionCriteria criteria, CancellationToken cancellationToken) =>
        Task.Run(() => Load(persistenceId, criteria), cancellationToken);

    protected override Task SaveAsync(SnapshotMetadata metadata, object snapshot, CancellationToken cancellationToken) =>
        Task.Run(() => Save(metadata, (PictureDelta)snapshot), cancellationToken);

    protected override Task DeleteAsync(SnapshotMetadata metadata, CancellationToken cancellationToken) =>
        Task.Run(() => _table.Forget(metadata.PersistenceId), cancellationToken);

    protected override Task DeleteAsync(string persistenceId, SnapshotSelectionCriteria criteria, CancellationToken cancellationToken) =>
        Task.Run(() => _table.Forget(persistenceId), cancellationToken);

    protected override void PostStop()
    {
        _table.Dispose();
        base.PostStop();
    }

    private SelectedSnapshot? Load(string actor, SnapshotSelectionCriteria criteria)
    {
        try
        {
            if (_table.Head(actor) is not { } head || head.Build != Build || head.Sequence > criteria.MaxSequenceNr || Witness(actor, head.Sequence) != (head.Created, head.Writer))
                return null;
            var words = new PictureWords();
            var vms = _table.Vms(actor).Select(row => (PictureForm.Vm(row.Vm, words), row.Seen)).ToList();
            return new(
                new(actor, head.Sequence, new DateTime(head.Created, DateTimeKind.Utc)),
                new PartitionPicture(vms, PictureForm.Untold(head.Untold), id => Events(actor, [id]).GetValueOrDefault(id, new(0, []))));
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            _log.Warning(e, "the picture of {0} cannot be read; all of its events are read instead", actor);
            return null;
        }
    }

    private void Save(SnapshotMetadata metadata, PictureDelta delta)
    {
        var actor = metadata.PersistenceId;
        var (created, writer) = Witness(actor, metadata.SequenceNr)
            ?? throw new InvalidOperationException($"the journal does not have event {metadata.SequenceNr} of {actor}");
        var earlier = Events(actor, [.. delta.Vms.Where(pictured => pictured.Earlier).Select(pictured => pictured.Vm.Id.Value)]);
        var rows = delta.Vms.Select(pictured =>
        {
            var id = pictured.Vm.Id.Value;
            var last = earlier.TryGetValue(id, out var before) ? pictured.Last.After(before) : pictured.Last;
            return new PictureRow(id, last.Seen, PictureForm.Bytes(pictured.Vm), PictureForm.Bytes(last.Events));
        }).ToList();
        _table.Save(actor, delta.Since, new(metadata.SequenceNr, created, writer, Build, PictureForm.Bytes(delta.Untold)), rows);
    }

    /// <summary>Those that can be read: somebody may have thrown the file away meanwhile.</summary>
    private Dictionary<int, LastEvents> Events(string actor, IReadOnlyCollection<int> ids)
    {
        try
        {
            return _table.Events(actor, ids).ToDictionary(row => row.Key, row => new LastEvents(row.Value.Seen, PictureForm.Events(row.Value.Events)));
        }
        catch (SqliteException e)
        {
            _log.Warning(e, "the last events of VMs of {0} cannot be read", actor);
            return [];
        }
    }

    /// <summary>When and by whom an event was written; null: the journal does not have it.</summary>
    private (long Created, string Writer)? Witness(string actor, long sequence)
    {
        using var journal = _journal();
        journal.Open();
        using var select = journal.CreateCommand();
        select.CommandText = "SELECT created, writer_uuid FROM journal WHERE persistence_id = @actor AND sequence_number = @sequence";
        foreach (var (name, value) in ((string, object)[])[("actor", actor), ("sequence", sequence)])
        {
            var parameter = select.CreateParameter();
            (parameter.ParameterName, parameter.Value) = (name, value);
            select.Parameters.Add(parameter);
        }

        using var rows = select.ExecuteReader();
        return rows.Read() ? (rows.GetInt64(0), rows.IsDBNull(1) ? "" : rows.GetString(1)) : null;
    }
}
