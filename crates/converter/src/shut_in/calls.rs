//! Which system calls can be made: seccomp.
//!
//! A converter has a list of what it may call. What no reader of files ever needs ends the process, since one
//! that tries it is not the program that was started, and nothing that it makes is to be trusted. Anything
//! else does not exist for it, so that a C library falls back to what it did before. A bridge's command is a
//! foreign program: it has a list of what it may not do, and is told that it has no permission.

use super::inside::Inside;
use libc::c_long;
use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen as Length, SeccompCmpOp as Is, SeccompCondition,
    SeccompFilter, SeccompRule, TargetArch, apply_filter,
};
use std::collections::BTreeMap;

type Calls = BTreeMap<i64, Vec<SeccompRule>>;

/// Files, memory, threads, clocks.
const HARMLESS: &[c_long] = &[
    libc::SYS_read,
    libc::SYS_write,
    libc::SYS_readv,
    libc::SYS_writev,
    libc::SYS_pread64,
    libc::SYS_pwrite64,
    libc::SYS_preadv,
    libc::SYS_pwritev,
    libc::SYS_lseek,
    libc::SYS_openat,
    libc::SYS_close,
    libc::SYS_fstat,
    libc::SYS_newfstatat,
    libc::SYS_statx,
    libc::SYS_statfs,
    libc::SYS_fstatfs,
    libc::SYS_faccessat,
    libc::SYS_faccessat2,
    libc::SYS_readlinkat,
    libc::SYS_getdents64,
    libc::SYS_getcwd,
    libc::SYS_mkdirat,
    libc::SYS_unlinkat,
    libc::SYS_renameat2,
    libc::SYS_ftruncate,
    libc::SYS_fallocate,
    libc::SYS_fadvise64,
    libc::SYS_fsync,
    libc::SYS_fdatasync,
    libc::SYS_copy_file_range,
    libc::SYS_sendfile,
    libc::SYS_fchmod,
    libc::SYS_umask,
    libc::SYS_utimensat,
    libc::SYS_flock,
    libc::SYS_fcntl,
    libc::SYS_dup,
    libc::SYS_dup3,
    libc::SYS_pipe2,
    libc::SYS_ppoll,
    libc::SYS_brk,
    libc::SYS_mmap,
    libc::SYS_munmap,
    libc::SYS_mremap,
    libc::SYS_mprotect,
    libc::SYS_madvise,
    libc::SYS_membarrier,
    libc::SYS_futex,
    libc::SYS_set_robust_list,
    libc::SYS_set_tid_address,
    libc::SYS_rseq,
    libc::SYS_sched_yield,
    libc::SYS_sched_getaffinity,
    libc::SYS_getcpu,
    libc::SYS_getpid,
    libc::SYS_gettid,
    libc::SYS_getuid,
    libc::SYS_geteuid,
    libc::SYS_getgid,
    libc::SYS_getegid,
    libc::SYS_getrandom,
    libc::SYS_getrusage,
    libc::SYS_sysinfo,
    libc::SYS_uname,
    libc::SYS_clock_gettime,
    libc::SYS_clock_getres,
    libc::SYS_clock_nanosleep,
    libc::SYS_nanosleep,
    libc::SYS_gettimeofday,
    libc::SYS_rt_sigaction,
    libc::SYS_rt_sigprocmask,
    libc::SYS_rt_sigreturn,
    libc::SYS_sigaltstack,
    libc::SYS_restart_syscall,
    libc::SYS_exit,
    libc::SYS_exit_group,
];

/// The older forms that this processor's Linux still has.
#[cfg(target_arch = "x86_64")]
const OLDER: &[c_long] = &[
    libc::SYS_open,
    libc::SYS_creat,
    libc::SYS_stat,
    libc::SYS_lstat,
    libc::SYS_access,
    libc::SYS_readlink,
    libc::SYS_getdents,
    libc::SYS_mkdir,
    libc::SYS_rmdir,
    libc::SYS_unlink,
    libc::SYS_rename,
    libc::SYS_renameat,
    libc::SYS_pipe,
    libc::SYS_dup2,
    libc::SYS_poll,
    libc::SYS_time,
    libc::SYS_getrlimit,
];
#[cfg(not(target_arch = "x86_64"))]
const OLDER: &[c_long] = &[];

/// Other machines, other processes' memory, and the machine itself. Neither a converter nor a bridge needs them.
const NEVER: &[c_long] = &[
    libc::SYS_connect,
    libc::SYS_bind,
    libc::SYS_listen,
    libc::SYS_accept,
    libc::SYS_accept4,
    libc::SYS_ptrace,
    libc::SYS_process_vm_readv,
    libc::SYS_process_vm_writev,
    libc::SYS_process_madvise,
    libc::SYS_pidfd_getfd,
    libc::SYS_kcmp,
    libc::SYS_mount,
    libc::SYS_umount2,
    libc::SYS_mount_setattr,
    libc::SYS_move_mount,
    libc::SYS_open_tree,
    libc::SYS_fsopen,
    libc::SYS_fsconfig,
    libc::SYS_fsmount,
    libc::SYS_fspick,
    libc::SYS_pivot_root,
    libc::SYS_chroot,
    libc::SYS_unshare,
    libc::SYS_setns,
    libc::SYS_open_by_handle_at,
    libc::SYS_name_to_handle_at,
    libc::SYS_bpf,
    libc::SYS_perf_event_open,
    libc::SYS_userfaultfd,
    libc::SYS_io_uring_setup,
    libc::SYS_io_uring_enter,
    libc::SYS_io_uring_register,
    libc::SYS_add_key,
    libc::SYS_request_key,
    libc::SYS_keyctl,
    libc::SYS_init_module,
    libc::SYS_finit_module,
    libc::SYS_delete_module,
    libc::SYS_kexec_load,
    libc::SYS_reboot,
    libc::SYS_swapon,
    libc::SYS_swapoff,
    libc::SYS_settimeofday,
    libc::SYS_clock_settime,
    libc::SYS_clock_adjtime,
    libc::SYS_adjtimex,
    libc::SYS_sethostname,
    libc::SYS_setdomainname,
    libc::SYS_acct,
    libc::SYS_quotactl,
    libc::SYS_syslog,
    libc::SYS_vhangup,
    libc::SYS_mknodat,
    libc::SYS_fanotify_init,
];

/// What a bridge's command may do and a converter may not: programs, processes, links, talk between processes.
const NEVER_OF_CONVERTER: &[c_long] = &[
    libc::SYS_socket,
    libc::SYS_socketpair,
    libc::SYS_sendto,
    libc::SYS_sendmsg,
    libc::SYS_sendmmsg,
    libc::SYS_execve,
    libc::SYS_execveat,
    libc::SYS_kill,
    libc::SYS_pidfd_open,
    libc::SYS_pidfd_send_signal,
    libc::SYS_rt_sigqueueinfo,
    libc::SYS_rt_tgsigqueueinfo,
    libc::SYS_symlinkat,
    libc::SYS_linkat,
];

#[cfg(target_arch = "x86_64")]
const NEVER_OF_CONVERTER_OLDER: &[c_long] = &[
    libc::SYS_fork,
    libc::SYS_vfork,
    libc::SYS_symlink,
    libc::SYS_link,
    libc::SYS_mknod,
];
#[cfg(not(target_arch = "x86_64"))]
const NEVER_OF_CONVERTER_OLDER: &[c_long] = &[];

/// New namespaces: of a network, of users and the others.
const NAMESPACES: u64 = 0x7e02_0000;

pub(super) fn close(inside: &Inside) -> Result<(), String> {
    let cannot = |cause: &dyn std::fmt::Display| {
        format!("the kernel takes no list of system calls ({cause}); it needs seccomp with filters")
    };
    let filters = match inside {
        Inside::Converter => converter(),
        Inside::Bridge { .. } => bridge(),
    };
    for filter in filters.map_err(|cause| cannot(&cause))? {
        apply_filter(&filter).map_err(|cause| cannot(&cause))?;
    }
    Ok(())
}

/// What ends the process, then what may be called: the stricter of two verdicts counts. The second leaves no way to
/// a third.
fn converter() -> Result<Vec<BpfProgram>, seccompiler::Error> {
    let not_there = SeccompAction::Errno(libc::ENOSYS as u32);
    Ok(vec![
        program(never()?, SeccompAction::Allow, SeccompAction::KillProcess)?,
        program(harmless()?, not_there, SeccompAction::Allow)?,
    ])
}

fn bridge() -> Result<Vec<BpfProgram>, seccompiler::Error> {
    let mut forbidden = any(&[NEVER]);
    // Pairs of local sockets between its own processes, and no others.
    for call in [libc::SYS_socket, libc::SYS_socketpair] {
        forbidden.insert(call, vec![argument(0, Is::Ne, libc::AF_UNIX as u64)?]);
    }
    let new_namespace = |bit: u64| argument(0, Is::MaskedEq(bit), bit);
    let bits = (0..64)
        .map(|at| 1 << at)
        .filter(|bit| NAMESPACES & bit != 0);
    let rules = bits.map(new_namespace).collect::<Result<Vec<_>, _>>()?;
    forbidden.insert(libc::SYS_clone, rules);
    let refused = SeccompAction::Errno(libc::EPERM as u32);
    // Its flags lie in memory, where no filter sees them; without it, libraries use the older call.
    let clone3 = any(&[&[libc::SYS_clone3]]);
    let not_there = SeccompAction::Errno(libc::ENOSYS as u32);
    Ok(vec![
        program(both_forms(forbidden), SeccompAction::Allow, refused)?,
        program(both_forms(clone3), SeccompAction::Allow, not_there)?,
    ])
}

fn program(
    calls: Calls,
    other: SeccompAction,
    listed: SeccompAction,
) -> Result<BpfProgram, seccompiler::Error> {
    let processor: TargetArch = std::env::consts::ARCH.try_into()?;
    Ok(SeccompFilter::new(calls, other, listed, processor)?.try_into()?)
}

fn any(lists: &[&[c_long]]) -> Calls {
    let calls = lists.iter().flat_map(|list| list.iter());
    calls.map(|call| (*call, Vec::new())).collect()
}

fn argument(index: u8, is: Is, value: u64) -> Result<SeccompRule, seccompiler::Error> {
    let condition = SeccompCondition::new(index, Length::Dword, is, value)?;
    Ok(SeccompRule::new(vec![condition])?)
}

/// On x86-64 a call has a second number, of a form that few kernels have and none of our programs use.
fn both_forms(calls: Calls) -> Calls {
    if !cfg!(target_arch = "x86_64") {
        return calls;
    }
    let second: Vec<_> = calls
        .iter()
        .map(|(call, rules)| (call | 0x4000_0000, rules.clone()))
        .collect();
    calls.into_iter().chain(second).collect()
}

/// A converter's: some calls in one form only.
fn harmless() -> Result<Calls, seccompiler::Error> {
    let mut calls = any(&[HARMLESS, OLDER]);
    let own = u64::from(std::process::id());
    let among = |index: u8, values: &[u64]| {
        let rules = values.iter().map(|value| argument(index, Is::Eq, *value));
        rules.collect::<Result<Vec<_>, _>>()
    };
    let thread = libc::CLONE_THREAD as u64;
    // Threads, and no processes.
    calls.insert(
        libc::SYS_clone,
        vec![argument(0, Is::MaskedEq(thread), thread)?],
    );
    // Memory that counts against its limit, and files: shared memory without a file counts against none.
    let shared = (libc::MAP_SHARED | libc::MAP_ANONYMOUS) as u64;
    let kinds = [0, libc::MAP_SHARED, libc::MAP_ANONYMOUS];
    let kinds = kinds.map(|kind| argument(3, Is::MaskedEq(shared), kind as u64));
    calls.insert(libc::SYS_mmap, kinds.into_iter().collect::<Result<_, _>>()?);
    // Flags and locks of its descriptors, and no signals through them.
    let of_files = [
        libc::F_DUPFD,
        libc::F_DUPFD_CLOEXEC,
        libc::F_GETFD,
        libc::F_SETFD,
        libc::F_GETFL,
        libc::F_SETFL,
        libc::F_GETLK,
        libc::F_SETLK,
        libc::F_SETLKW,
        libc::F_OFD_GETLK,
        libc::F_OFD_SETLK,
        libc::F_OFD_SETLKW,
    ];
    calls.insert(
        libc::SYS_fcntl,
        among(1, &of_files.map(|command| command as u64))?,
    );
    // A signal to itself: that is how it aborts.
    calls.insert(libc::SYS_tgkill, among(0, &[own])?);
    if cfg!(target_env = "musl") {
        calls.insert(libc::SYS_tkill, among(1, &[libc::SIGABRT as u64])?);
    }
    // Limits of its own.
    calls.insert(libc::SYS_prlimit64, among(0, &[0, own])?);
    // Names of threads and of memory.
    let names = [libc::PR_SET_NAME, libc::PR_GET_NAME, libc::PR_SET_VMA];
    calls.insert(libc::SYS_prctl, among(0, &names.map(|name| name as u64))?);
    // Is this a terminal? And a flag of descriptors.
    calls.insert(libc::SYS_ioctl, among(1, &[libc::TCGETS, libc::FIOCLEX])?);
    Ok(calls)
}

/// What ends a converter.
fn never() -> Result<Calls, seccompiler::Error> {
    let mut calls = any(&[NEVER, NEVER_OF_CONVERTER, NEVER_OF_CONVERTER_OLDER]);
    let thread = libc::CLONE_THREAD as u64;
    calls.insert(libc::SYS_clone, vec![argument(0, Is::MaskedEq(thread), 0)?]);
    Ok(both_forms(calls))
}

#[cfg(test)]
mod tests {
    //! The lists do not contradict each other, and become programs.

    use super::{
        HARMLESS, NAMESPACES, NEVER, NEVER_OF_CONVERTER, NEVER_OF_CONVERTER_OLDER, OLDER, bridge,
        converter,
    };
    use std::collections::BTreeSet;

    #[test]
    fn no_call_is_both_harmless_and_forbidden() {
        let harmless: BTreeSet<_> = [HARMLESS, OLDER].concat().into_iter().collect();
        let never = [NEVER, NEVER_OF_CONVERTER, NEVER_OF_CONVERTER_OLDER].concat();
        let unique: BTreeSet<_> = never.iter().copied().collect();
        assert_eq!(unique.len(), never.len(), "one stands twice");
        assert_eq!(harmless.intersection(&unique).count(), 0);
    }

    #[test]
    fn every_list_becomes_a_program_of_the_kernel() {
        for filters in [converter().unwrap(), bridge().unwrap()] {
            assert_eq!(filters.len(), 2);
            assert!(filters.iter().all(|filter| filter.len() < 4_096));
        }
    }

    #[test]
    fn the_namespaces_are_those_of_linux() {
        let all = libc::CLONE_NEWNS
            | libc::CLONE_NEWCGROUP
            | libc::CLONE_NEWUTS
            | libc::CLONE_NEWIPC
            | libc::CLONE_NEWUSER
            | libc::CLONE_NEWPID
            | libc::CLONE_NEWNET;
        assert_eq!(NAMESPACES, u64::from(all as u32));
    }
}
