//! Which Debian archive this machine uses, read from its own apt sources (sources.list(5), both formats).
//!
//! Only the archive's address is taken over, with the settings of apt that say how it is reached (proxies,
//! certificates, and whether an archive frozen at some day may be old).

use std::fs;
use std::path::{Path, PathBuf};

use super::error::LabError;
use super::machine::Machine;

/// A line or stanza of apt's sources, as far as it matters here.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Source {
    uris: Vec<String>,
    suites: Vec<String>,
    components: Vec<String>,
    signed_by: Option<PathBuf>,
}

/// The archive to fetch from, and the keys to verify it with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Mirror {
    /// `http://mirror.example/debian`.
    pub(super) uri: String,
    /// The archive's keyring.
    pub(super) keyring: PathBuf,
}

impl Mirror {
    /// The archive that the machine uses, or the one `OFFHOOK_MIRROR` names.
    pub(super) fn of(machine: &Machine) -> Result<Self, LabError> {
        let sources = read_sources(&machine.apt_etc);
        let found = best(&sources);
        let uri = match machine.var("OFFHOOK_MIRROR") {
            Some(uri) => uri.to_owned(),
            None => found.map(|(uri, _)| uri.to_owned()).ok_or_else(LabError::no_mirror)?,
        };
        let named = machine.var("OFFHOOK_KEYRING").map(PathBuf::from);
        let signed_by = found.and_then(|(_, source)| source.signed_by.clone());
        let keyring = named.or_else(|| machine.keyrings.iter().cloned().chain(signed_by).find(|path| path.is_file()));
        let keyring = keyring.filter(|path| path.is_file()).ok_or_else(LabError::no_keyring)?;
        Ok(Self { uri: uri.trim_end_matches('/').to_owned(), keyring })
    }
}

/// The settings of `apt-config dump` that say how an archive is reached, as lines of an apt.conf.
pub(super) fn access_settings(dump: &str) -> String {
    let wanted = |line: &&str| {
        let name = line.split(' ').next().unwrap_or_default().to_ascii_lowercase();
        let Some(name) = name.strip_prefix("acquire::") else { return false };
        matches!(name, "check-valid-until" | "check-date")
            || ["http::", "https::", "ftp::"].iter().any(|method| name.starts_with(method))
    };
    dump.lines().filter(wanted).flat_map(|line| [line, "\n"]).collect()
}

fn read_sources(apt_etc: &Path) -> Vec<Source> {
    let mut files = vec![apt_etc.join("sources.list")];
    if let Ok(entries) = fs::read_dir(apt_etc.join("sources.list.d")) {
        let mut parts: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
        parts.sort();
        files.append(&mut parts);
    }
    let mut sources = Vec::new();
    for file in files {
        // a file that cannot be read offers nothing
        let Ok(text) = fs::read_to_string(&file) else { continue };
        match file.extension().and_then(|extension| extension.to_str()) {
            Some("list") => sources.extend(text.lines().filter_map(one_line)),
            Some("sources") => sources.extend(stanzas(&text)),
            _ => {}
        }
    }
    sources
}

/// `deb [options] uri suite component...`
fn one_line(line: &str) -> Option<Source> {
    let line = line.split('#').next()?.trim();
    let rest = line.strip_prefix("deb")?;
    if !rest.starts_with([' ', '\t']) {
        return None;
    }
    let rest = rest.trim_start();
    let (options, rest) = match rest.strip_prefix('[') {
        Some(rest) => rest.split_once(']')?,
        None => ("", rest),
    };
    let mut words = rest.split_whitespace().map(str::to_owned);
    let signed_by = options.split_whitespace().find_map(|option| option.strip_prefix("signed-by="));
    Some(Source {
        uris: vec![words.next()?],
        suites: vec![words.next()?],
        components: words.collect(),
        signed_by: signed_by.map(PathBuf::from),
    })
}

/// The stanzas of a `.sources` file, those switched off left out.
fn stanzas(text: &str) -> Vec<Source> {
    let mut sources = Vec::new();
    let mut fields: Vec<(String, String)> = Vec::new();
    for line in text.lines().chain([""]) {
        if line.starts_with('#') {
            continue;
        }
        if line.trim().is_empty() {
            sources.extend(stanza(&fields));
            fields.clear();
        } else if line.starts_with([' ', '\t']) {
            if let Some((_, value)) = fields.last_mut() {
                value.push('\n');
                value.push_str(line.trim());
            }
        } else if let Some((name, value)) = line.split_once(':') {
            fields.push((name.trim().to_ascii_lowercase(), value.trim().to_owned()));
        }
    }
    sources
}

fn stanza(fields: &[(String, String)]) -> Option<Source> {
    let words = |name: &str| -> Vec<String> {
        let field = fields.iter().find(|(field, _)| field == name);
        field.map(|(_, value)| value.split_whitespace().map(str::to_owned).collect()).unwrap_or_default()
    };
    let enabled = !matches!(words("enabled").first().map(String::as_str), Some("no" | "false" | "0" | "off"));
    (enabled && words("types").iter().any(|kind| kind == "deb")).then(|| Source {
        uris: words("uris"),
        suites: words("suites"),
        components: words("components"),
        // an inline key is no path
        signed_by: words("signed-by").first().filter(|value| value.starts_with('/')).map(PathBuf::from),
    })
}

/// The first source that is a Debian archive with main; one of security updates only if no other is there.
fn best(sources: &[Source]) -> Option<(&str, &Source)> {
    const SUITES: [&str; 9] =
        ["oldoldstable", "oldstable", "stable", "testing", "unstable", "sid", "bookworm", "trixie", "forky"];
    let debian = |source: &&Source| {
        let suite = |suite: &String| SUITES.contains(&suite.as_str()) || suite.as_str() == "bullseye";
        source.suites.iter().any(suite) && source.components.iter().any(|component| component == "main")
    };
    let usable = |uri: &&String| !uri.starts_with("cdrom:") && !uri.contains("security");
    sources.iter().filter(debian).find_map(|source| Some((source.uris.iter().find(usable)?.as_str(), source)))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const DEB822: &str = "Types: deb\n# a comment\nURIs: http://mirror.example/debian\nSuites: bookworm bookworm-updates\n\
        Components: main\nSigned-By: /usr/share/keyrings/debian-archive-keyring.gpg\n\n\
        Types: deb\nURIs: http://mirror.example/debian-security\nSuites: bookworm-security\nComponents: main\n";

    fn etc(files: &[(&str, &str)]) -> (tempfile::TempDir, Machine) {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("sources.list.d")).unwrap();
        for (name, text) in files {
            fs::write(dir.path().join(name), text).unwrap();
        }
        let keyring = dir.path().join("keyring");
        fs::write(&keyring, "").unwrap();
        let machine = Machine {
            apt_etc: dir.path().to_owned(),
            keyrings: vec![keyring],
            env: std::collections::BTreeMap::new(),
            ..Machine::this()
        };
        (dir, machine)
    }

    fn mirror(files: &[(&str, &str)]) -> Result<String, LabError> {
        Mirror::of(&etc(files).1).map(|mirror| mirror.uri)
    }

    #[test]
    fn both_formats_are_read() {
        assert_eq!(mirror(&[("sources.list.d/debian.sources", DEB822)]).unwrap(), "http://mirror.example/debian");
        let line = "# deb http://old.example/debian buster main\ndeb-src http://src.example/debian trixie main\n\
            deb [arch=amd64 signed-by=/k.gpg] http://one.example/debian/ trixie main contrib # ours\n";
        assert_eq!(mirror(&[("sources.list", line)]).unwrap(), "http://one.example/debian");
    }

    #[test]
    fn other_archives_are_passed_over() {
        let node = "Types: deb\nURIs: https://node.example/node_20.x\nSuites: nodistro\nComponents: main\n";
        let cloud = "deb https://cloud.example/apt cloud-sdk-bookworm main\n";
        let security = "deb http://mirror.example/debian-security bookworm-security main\n";
        let files = [("sources.list.d/a.sources", node), ("sources.list.d/b.list", cloud), ("sources.list", security)];
        assert_eq!(mirror(&files), Err(LabError::no_mirror()));
        let ubuntu = "deb http://archive.example/ubuntu noble main\n";
        assert_eq!(mirror(&[("sources.list", ubuntu)]), Err(LabError::no_mirror()));
    }

    #[test]
    fn switched_off_stanzas_and_cdroms_are_passed_over() {
        let off = format!("Enabled: no\n{DEB822}");
        assert_eq!(mirror(&[("sources.list.d/a.sources", off.as_str())]), Err(LabError::no_mirror()));
        let cdrom = "deb cdrom:[Debian]/ bookworm main\ndeb http://net.example/debian bookworm main\n";
        assert_eq!(mirror(&[("sources.list", cdrom)]).unwrap(), "http://net.example/debian");
    }

    #[test]
    fn files_apt_would_not_read_are_not_read() {
        assert_eq!(mirror(&[("sources.list.d/debian.sources.save", DEB822)]), Err(LabError::no_mirror()));
    }

    #[test]
    fn the_environment_overrides_mirror_and_keyring() {
        let (_dir, mut machine) = etc(&[]);
        machine.env.insert("OFFHOOK_MIRROR".into(), "http://mine.example/debian/".into());
        assert_eq!(Mirror::of(&machine).unwrap().uri, "http://mine.example/debian");
        machine.env.insert("OFFHOOK_KEYRING".into(), "/nonexistent".into());
        assert_eq!(Mirror::of(&machine), Err(LabError::no_keyring()));
    }

    #[test]
    fn only_settings_of_reaching_an_archive_are_taken_over() {
        let dump = "APT::Install-Recommends \"1\";\nAcquire::http::Proxy \"http://proxy.example:3128\";\n\
            Acquire::https::Proxy::mirror.example \"DIRECT\";\nAcquire::AllowInsecureRepositories \"1\";\n\
            Acquire::Languages:: \"none\";\nAcquire::Check-Valid-Until \"false\";\n";
        assert_eq!(
            access_settings(dump),
            "Acquire::http::Proxy \"http://proxy.example:3128\";\nAcquire::https::Proxy::mirror.example \"DIRECT\";\n\
             Acquire::Check-Valid-Until \"false\";\n"
        );
    }
}
