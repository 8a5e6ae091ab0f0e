//! The kernel's own compression of the same packets: its files compiled as they are, with what they want of a kernel by the C library.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const FILES: [&str; 7] = [
    "drivers/net/slip/slhc.c",
    "lib/zlib_deflate/deflate.c",
    "lib/zlib_deflate/deftree.c",
    "lib/zlib_inflate/inflate.c",
    "lib/zlib_inflate/inffast.c",
    "lib/zlib_inflate/inftrees.c",
    "lib/zlib_inflate/infutil.c",
];
/// Headers of the kernel that they need as they are.
const HEADERS: [&str; 4] = ["linux/zconf.h", "linux/zlib.h", "linux/zutil.h", "net/slhc_vj.h"];

/// MB/s by the names of the bench; none without a kernel's source.
///
/// # Panics
///
/// If a source is named and cannot be compiled: then there is nothing to stand beside.
pub(crate) fn rates(segments: &[Vec<u8>], texts: &[Vec<u8>]) -> BTreeMap<String, f64> {
    let Some(source) = std::env::var_os("OFFHOOK_LINUX").map(PathBuf::from) else { return BTreeMap::new() };
    let scratch = tempfile::tempdir().expect("a directory");
    let place = scratch.path();
    let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/kernel");
    headers(&source, &place.join("include"));
    let program = place.join("kernel");
    let mut compile = Command::new("cc");
    compile.args(["-O2", "-w", "-include"]).arg(here.join("shim.h")).arg("-idirafter").arg(place.join("include"));
    compile.arg("-o").arg(&program).arg(here.join("main.c")).args(FILES.map(|file| source.join(file)));
    assert!(compile.status().expect("cc").success(), "the kernel's files do not compile");
    let mut octets = Vec::new();
    for packet in segments.iter().chain(texts) {
        octets.extend(u16::try_from(packet.len()).expect("a short packet").to_be_bytes());
        octets.extend(packet);
    }
    fs::write(place.join("packets"), octets).expect("the packets");
    let output = Command::new(&program).arg(place.join("packets")).output().expect("the kernel's part");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.lines()
        .filter_map(|line| line.split_once('\t'))
        .map(|(name, rate)| (name.to_owned(), rate.parse().expect("a rate")))
        .collect()
}

/// The kernel's headers that are needed, and nothing in the place of all others that are asked for.
fn headers(source: &Path, include: &Path) {
    for directory in ["linux", "net", "asm"] {
        fs::create_dir_all(include.join(directory)).expect("a directory");
    }
    for header in HEADERS {
        fs::copy(source.join("include").join(header), include.join(header)).expect(header);
    }
    for file in FILES.iter().map(|file| source.join(file)).chain(HEADERS.map(|header| include.join(header))) {
        let text = fs::read_to_string(&file).expect("a file of the kernel");
        for name in text.lines().filter_map(|line| line.strip_prefix("#include <")?.split('>').next()) {
            // What the C library has comes before these.
            let place = include.join(name);
            if !place.exists() {
                fs::create_dir_all(place.parent().expect("a directory")).expect("a directory");
                fs::write(place, "").expect(name);
            }
        }
    }
}
