using System.Collections.Frozen;
using PoweredAppliance.Api.XmlRpc.Wire;

namespace PoweredAppliance.Api.XmlRpc;

/// <summary>
/// What each of OpenNebula 7.4's 307 methods takes behind the session string. <c>one.vm: info rename</c> lists methods of an object
/// with the usual parameters of their name; <c>one.vm.deploy int id, ...</c> is one with its own.
/// </summary>
internal static class Signatures
{
    private static readonly Dictionary<string, string> Usual = new(StringComparer.Ordinal)
    {
        ["chmod"] = "int id, " + Nine,
        ["chown"] = "int id, int user_id, int group_id",
        ["delete"] = "int id",
        ["info"] = "int id, bool decrypt?=false",
        ["lock"] = "int id, int lock_level, bool test?=false",
        ["unlock"] = "int id",
        ["rename"] = "int id, string name",
        ["update"] = "int id, string template, int append?=0",
        ["enable"] = "int id, bool enable",
        ["monitoring"] = "int id",
        ["allocate"] = "string template",
    };

    private const string Nine = "int user_use, int user_manage, int user_admin, int group_use, int group_manage, int group_admin, "
        + "int other_use, int other_manage, int other_admin";

    private const string Filter = "int filter_flag, int start_id, int end_id";

    /// <summary>Pools whose info takes a filter and a range, and those that take nothing (what clients send is ignored).</summary>
    private const string FilteredPools =
        "one.templatepool one.imagepool one.vnpool one.vntemplatepool one.vrouterpool one.secgrouppool "
        + "one.vmgrouppool one.marketapppool one.backupjobpool";

    private const string WholePools =
        "one.clusterpool one.datastorepool one.userpool one.grouppool one.vdcpool one.zonepool "
        + "one.marketpool one.hookpool";

    private const string Lines = """
        one.vm: chmod chown info lock monitoring rename unlock update
        one.vm.action string action, int vm_id
        one.vm.allocate string template, bool hold?=false
        one.vm.attach int id, string template
        one.vm.attachnic int id, string template
        one.vm.attachpci int id, string template
        one.vm.attachsg int id, int nic_id, int secgroup_id
        one.vm.backup int id, int ds_id?=-1, bool reset?=false
        one.vm.backupcancel int id
        one.vm.cancelexec int id
        one.vm.deploy int id, int hid, bool enforce?=false, int ds_id?=-1, string template?=""
        one.vm.detach int id, int disk_id
        one.vm.detachnic int id, int nic_id
        one.vm.detachpci int id, int pci_id
        one.vm.detachsg int id, int nic_id, int secgroup_id
        one.vm.diskresize int id, int disk_id, string new_size
        one.vm.disksaveas int oid, int disk_id, string image_name, string image_type, int snap_id
        one.vm.disksnapshotcreate int oid, int disk_id, string name
        one.vm.disksnapshotdelete int id, int disk_id, int snap_id
        one.vm.disksnapshotrename int id, int disk_id, int snap_id, string new_name
        one.vm.disksnapshotrevert int id, int disk_id, int snap_id
        one.vm.exec int id, string command, string command_stdin
        one.vm.migrate int id, int hid, bool live, bool enforce?=false, int ds_id?=-1, int migration_type?=0
        one.vm.recover int id, int operation
        one.vm.resize int id, string template, bool enforce?=true
        one.vm.restore int id, int image_id, int increment_id, int disk_id
        one.vm.retryexec int id
        one.vm.schedadd int oid, string template
        one.vm.scheddelete int vm_id, int sched_id
        one.vm.schedupdate int vm_id, int sched_id, string template
        one.vm.snapshotcreate int oid, string name
        one.vm.snapshotdelete int id, int snap_id
        one.vm.snapshotrevert int id, int snap_id
        one.vm.updateconf int id, string template, int append?=0
        one.vm.updatenic int id, int nic_id, string template, int append?=0
        one.vm.vmgroupadd int id, int vmg_id, string role
        one.vm.vmgroupdel int id
        one.vmpool.accounting int filter_flag, int time_start, int time_end
        one.vmpool.calculateshowback int start_month, int start_year, int end_month, int end_year
        one.vmpool.info int filter_flag, int start_id, int end_id, int state, string json_query?=""
        one.vmpool.infoextended int filter_flag, int start_id, int end_id, int state, string json_query?=""
        one.vmpool.infoset string ids, bool extended
        one.vmpool.monitoring int filter_flag, int seconds?=-1
        one.vmpool.showback int filter_flag, int start_month, int start_year, int end_month, int end_year
        one.template: allocate chown lock rename unlock update
        one.template.chmod int id, $nine, bool recursive?=false
        one.template.clone int id, string name, bool recursive?=false
        one.template.delete int id, bool recursive?=false
        one.template.info int id, bool extended?=false, bool decrypt?=false
        one.template.instantiate int id, string name, bool hold?=false, string extra_template?="", bool persistent?=false
        one.host: delete info monitoring rename update
        one.host.allocate string name, string im_mad, string vm_mad, int cluster_id
        one.host.status int id, int status
        one.hostpool.info
        one.hostpool.monitoring int seconds?=-1
        one.cluster: delete info rename update
        one.cluster.adddatastore int id, int datastore_id
        one.cluster.addhost int id, int host_id
        one.cluster.addvnet int id, int net_id
        one.cluster.allocate string name
        one.cluster.deldatastore int id, int datastore_id
        one.cluster.delhost int id, int host_id
        one.cluster.delvnet int id, int net_id
        one.cluster.optimize int id
        one.cluster.plandelete int id
        one.cluster.planexecute int id
        one.datastore: chmod chown delete enable info rename update
        one.datastore.allocate string template, int cluster_id
        one.image: chmod chown enable info lock rename unlock update
        one.image.allocate string template, int ds_id, bool skip_capacity_check?=false
        one.image.chtype int id, string type
        one.image.clone int id, string name, int ds_id?=-1
        one.image.delete int id, bool force?=false
        one.image.persistent int id, bool persistent
        one.image.restore int oid, int ds_id, string optional_template
        one.image.snapshotdelete int id, int snapshot_id
        one.image.snapshotflatten int id, int snapshot_id
        one.image.snapshotrevert int id, int snapshot_id
        one.vn: chmod chown delete info lock rename unlock update
        one.vn.add_ar int id, string template
        one.vn.allocate string template, int cluster_id
        one.vn.free_ar int id, int ar_id
        one.vn.hold int id, string template
        one.vn.recover int id, int operation
        one.vn.release int id, string template
        one.vn.reserve int id, string template
        one.vn.rm_ar int id, int ar_id, bool force?=false
        one.vn.update_ar int id, string template
        one.vntemplate: allocate chmod chown delete info lock rename unlock update
        one.vntemplate.clone int id, string name
        one.vntemplate.instantiate int id, string name, string extra_template
        one.vrouter: allocate chmod chown delete info lock rename unlock update
        one.vrouter.attachnic int id, string arg2
        one.vrouter.detachnic int id, int nic_id
        one.vrouter.instantiate int id, int n_vms, int template_id, string arg4, bool hold, string str_uattrs
        one.secgroup: allocate chmod chown delete info rename update
        one.secgroup.clone int id, string name
        one.secgroup.commit int id, bool recovery
        one.vmgroup: allocate chmod chown delete info lock rename unlock update
        one.vmgroup.roleadd int id, string role_template
        one.vmgroup.roledelete int id, int role_id
        one.vmgroup.roleupdate int id, int role_id, string role_template
        one.user: delete enable info update
        one.user.addgroup int id, int group_id
        one.user.allocate string username, string password, string driver, ints groups?=[]
        one.user.chauth int id, string new_auth, string new_password
        one.user.chgrp int user_id, int group_id
        one.user.delgroup int id, int group_id
        one.user.login string username, string token, int valid_seconds, int effective_gid?=-1
        one.user.passwd int id, string new_password
        one.user.quota int id, string quota
        one.userquota.info
        one.userquota.update string quota_template
        one.group: delete info update
        one.group.addadmin int id, int user_id
        one.group.allocate string gname
        one.group.deladmin int id, int user_id
        one.group.quota int id, string quota
        one.group.vlan int id, string vlan_rules
        one.groupquota.info
        one.groupquota.update string quota_template
        one.acl.addrule string user, string resource, string rights, string zone?=""
        one.acl.delrule int id
        one.acl.info
        one.vdc: allocate delete info rename update
        one.vdc.addcluster int id, int zone_id, int cluster_id
        one.vdc.adddatastore int id, int zone_id, int datastore_id
        one.vdc.addgroup int id, int group_id
        one.vdc.addhost int id, int zone_id, int host_id
        one.vdc.addvnet int id, int zone_id, int vnet_id
        one.vdc.delcluster int id, int zone_id, int cluster_id
        one.vdc.deldatastore int id, int zone_id, int datastore_id
        one.vdc.delgroup int id, int group_id
        one.vdc.delhost int id, int zone_id, int host_id
        one.vdc.delvnet int id, int zone_id, int vnet_id
        one.zone: allocate delete enable info rename update
        one.zone.addserver int id, string server_zone_str
        one.zone.delserver int id, int server_zone_id
        one.zone.fedreplicate long index, long prev, string sql
        one.zone.raftstatus
        one.zone.replicate int leader_id, long leader_commit, int leader_term, long index, int term, long prev_index, int prev_term, long fed_index, string sql
        one.zone.resetserver int id, int server_zone_id
        one.zone.updatedb int id, string xml
        one.zone.voterequest int candidate_term, int candidate_id, long candidate_log_index, int candidate_log_term
        one.document: chmod chown delete info lock rename unlock update
        one.document.allocate string template, int type
        one.document.clone int id, string name
        one.documentpool.info int filter_flag, int start_id, int end_id, int type
        one.market: allocate chmod chown delete enable info rename update
        one.market.allocatedb string xml
        one.market.updatedb int id, string xml
        one.marketapp: chmod chown delete enable info lock rename unlock update
        one.marketapp.allocate string template, int marketplace_id
        one.marketapp.allocatedb string xml
        one.marketapp.dropdb int id
        one.marketapp.updatedb int id, string xml
        one.hook: allocate delete info lock rename unlock update
        one.hook.retry int id, int hk_exe_id
        one.hooklog.info int min_ts, int max_ts, int hook_id, int rc_hook
        one.backupjob: allocate chmod chown delete lock rename unlock update
        one.backupjob.backup int id
        one.backupjob.cancel int id
        one.backupjob.info int id
        one.backupjob.priority int id, int priority
        one.backupjob.retry int id
        one.backupjob.schedadd int id, string template
        one.backupjob.scheddelete int id, int sched_id
        one.backupjob.schedupdate int id, int sched_id, string template
        one.system.config
        one.system.sql string sql, bool federated
        one.system.sqlquery string sql
        one.system.version
        """;

    /// <summary>By the method's name.</summary>
    public static readonly FrozenDictionary<string, MethodSignature> All = Read().ToFrozenDictionary(s => s.Method, StringComparer.Ordinal);

    private static IEnumerable<MethodSignature> Read()
    {
        foreach (var pool in FilteredPools.Split(' '))
            yield return MethodSignature.Of($"{pool}.info", Filter);
        foreach (var pool in WholePools.Split(' '))
            yield return MethodSignature.Of($"{pool}.info");
        foreach (var line in Lines.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var (name, rest) = line.IndexOf(' ', StringComparison.Ordinal) is var blank and > 0 ? (line[..blank], line[(blank + 1)..]) : (line, "");
            if (!name.EndsWith(':'))
                yield return MethodSignature.Of(name, rest.Replace("$nine", Nine, StringComparison.Ordinal));
            else
                foreach (var verb in rest.Split(' '))
                    yield return MethodSignature.Of($"{name[..^1]}.{verb}", Usual[verb]);
        }
    }
}
