//! What a finished part is made of: `manifest.json` beside it.

use std::fs;
use std::io;
use std::path::Path;

use offhook_base::guest::Special;
use offhook_base::hex;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// The version of these files; a part with another one is built again.
pub(super) const VERSION: u32 = 1;

/// What is common to all manifests.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Envelope<T> {
    version: u32,
    #[serde(flatten)]
    content: T,
}

/// The kernel: where it comes from and how it was made.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct KernelManifest {
    /// Its release, `7.3.4`.
    pub release: String,
    /// The source package.
    pub source: Package,
    /// The compiler's own name and version.
    pub compiler: String,
    /// SHA-256 of the image, in hexadecimal.
    pub sha256: String,
    /// The image's size in octets.
    pub size: u64,
    /// How long each step took, in order.
    pub times: Vec<StepTime>,
}

/// A stack: its packages.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct StackManifest {
    /// Its name, which is the Debian release's.
    pub name: String,
    /// Its packages, by name.
    pub packages: Vec<Package>,
    /// Packages that the release lacks and the stack goes without.
    #[serde(default)]
    pub missing: Vec<String>,
    /// SHA-256 over names, versions and hashes of the packages, in hexadecimal.
    pub sha256: String,
    /// The size of its files in octets.
    pub size: u64,
    /// What an ordinary user's files cannot carry: owners other than root, setuid and setgid bits.
    /// Who wants them in the guest gives them there.
    pub special: Vec<Special>,
    /// How long each step took, in order.
    pub times: Vec<StepTime>,
}

/// A Debian package.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Package {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Its architecture, `amd64` or `all`.
    pub architecture: String,
    /// SHA-256 of its file, in hexadecimal.
    pub sha256: String,
    /// The size of its file in octets.
    pub size: u64,
}

impl Package {
    /// The name of its file in apt's archive directory.
    pub(super) fn file_name(&self) -> String {
        let quoted = self.version.replace('%', "%25").replace(':', "%3a").replace('_', "%5f");
        format!("{}_{quoted}_{}.deb", self.name, self.architecture)
    }
}

/// How long a step took.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StepTime {
    /// The step: `fetch`, `unpack`, `compile`.
    pub step: String,
    /// Seconds.
    pub seconds: f64,
}

/// Writes a manifest.
pub(super) fn write<T: Serialize>(path: &Path, content: &T) -> io::Result<()> {
    let mut text = serde_json::to_string_pretty(&Envelope { version: VERSION, content })?;
    text.push('\n');
    fs::write(path, text)
}

/// Reads a manifest; `None` if there is none, or one of another version.
pub(super) fn read<T: DeserializeOwned>(path: &Path) -> Option<T> {
    let envelope: Envelope<T> = serde_json::from_slice(&fs::read(path).ok()?).ok()?;
    (envelope.version == VERSION).then_some(envelope.content)
}

/// SHA-256 in hexadecimal over parts, each with its length so that no two lists of parts are alike.
pub(super) fn digest<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    hex(&hash.finalize())
}

/// SHA-256 of a file, in hexadecimal.
pub(super) fn file_digest(path: &Path) -> io::Result<String> {
    reader_digest(&mut fs::File::open(path)?)
}

/// SHA-256 of all that can be read, in hexadecimal.
pub(super) fn reader_digest(reader: &mut impl io::Read) -> io::Result<String> {
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 1 << 16];
    loop {
        match reader.read(&mut buffer)? {
            0 => return Ok(hex(&hash.finalize())),
            n => hash.update(&buffer[..n]),
        }
    }
}

/// SHA-256 of these octets, one after the other, in hexadecimal.
pub(super) fn octets_digest(octets: impl IntoIterator<Item = impl AsRef<[u8]>>) -> String {
    let mut hash = Sha256::new();
    for octets in octets {
        hash.update(octets);
    }
    hex(&hash.finalize())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn kernel() -> KernelManifest {
        KernelManifest {
            release: "7.3.4".into(),
            source: Package {
                name: "linux-source-7.3".into(),
                version: "7.3.4-1~bpo13+1".into(),
                ..Package::default()
            },
            times: vec![StepTime { step: "compile".into(), seconds: 350.5 }],
            ..KernelManifest::default()
        }
    }

    #[test]
    fn a_manifest_is_read_as_it_was_written() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("manifest.json");
        write(&path, &kernel()).unwrap();
        assert_eq!(read(&path), Some(kernel()));
    }

    #[test]
    fn another_version_or_half_a_file_is_no_manifest() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("manifest.json");
        assert_eq!(read::<KernelManifest>(&path), None);
        write(&path, &kernel()).unwrap();
        let text = fs::read_to_string(&path).unwrap();
        fs::write(&path, &text[..text.len() / 2]).unwrap();
        assert_eq!(read::<KernelManifest>(&path), None);
        fs::write(&path, text.replace("\"version\": 1", "\"version\": 2")).unwrap();
        assert_eq!(read::<KernelManifest>(&path), None);
    }

    #[test]
    fn a_package_with_an_epoch_has_it_quoted_in_its_file_name() {
        let package = Package {
            name: "login".into(),
            version: "1:4.13+dfsg1-1".into(),
            architecture: "amd64".into(),
            ..Package::default()
        };
        assert_eq!(package.file_name(), "login_1%3a4.13+dfsg1-1_amd64.deb");
    }

    #[test]
    fn a_digest_tells_where_parts_end() {
        assert_ne!(digest([b"ab".as_slice(), b"c"]), digest([b"a".as_slice(), b"bc"]));
        assert_eq!(digest([b"ab".as_slice()]), digest([b"ab".as_slice()]));
    }

    #[test]
    fn a_files_digest_is_what_sha256sum_prints() {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), "abc").unwrap();
        assert_eq!(
            file_digest(file.path()).unwrap(),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }
}
