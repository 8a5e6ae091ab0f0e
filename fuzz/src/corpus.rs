//! What mutations start from: the repository's own captures, scenarios and configurations.

use std::fs;
use std::path::{Path, PathBuf};

use pcap_file::pcapng::{Block, PcapNgReader};

/// The repository.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The files in and below a directory of the repository whose name ends so, in the order of their paths.
pub(crate) fn files(directory: &str, end: &str) -> Vec<Vec<u8>> {
    let mut paths = Vec::new();
    find(&root().join(directory), end, &mut paths);
    paths.sort();
    paths.into_iter().filter_map(|path| fs::read(path).ok()).collect()
}

fn find(directory: &Path, end: &str, paths: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(directory).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            find(&path, end, paths);
        } else if path.to_string_lossy().ends_with(end) {
            paths.push(path);
        }
    }
}

/// PPP frames of the golden captures, address to information.
pub(crate) fn frames() -> Vec<Vec<u8>> {
    let mut frames = Vec::new();
    for capture in files("captures", ".pcapng") {
        let Ok(mut reader) = PcapNgReader::new(capture.as_slice()) else { continue };
        while let Some(Ok(block)) = reader.next_block() {
            // The even interfaces carry frames, with an octet for the direction before each.
            if let Block::EnhancedPacket(packet) = block
                && packet.interface_id.is_multiple_of(2)
                && let [0 | 1, frame @ ..] = packet.data.as_ref()
            {
                frames.push(frame.to_vec());
            }
        }
    }
    frames.sort();
    frames.dedup();
    frames
}

/// Each as an operation that hands over that many octets: `what`, a length, the octets.
pub(crate) fn as_operations(what: u8, pieces: &[Vec<u8>]) -> Vec<Vec<u8>> {
    let operation = |piece: &Vec<u8>| {
        let length = u8::try_from(piece.len()).unwrap_or(u8::MAX);
        [&[what, length], &piece[..usize::from(length)]].concat()
    };
    let all: Vec<Vec<u8>> = pieces.iter().map(operation).collect();
    // And some of them one after the other.
    let rows = all.chunks(8).map(<[Vec<u8>]>::concat);
    all.iter().cloned().chain(rows).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_frames_scenarios_and_configurations() {
        assert!(frames().len() > 20, "{}", frames().len());
        assert!(files("scenarios", ".kdl").len() > 30);
        assert!(files("tests/audit", "inittab").len() > 3);
    }
}
