//! `server etc="..."`: an `/etc` from this machine's directory, and the ports it serves.
//!
//! Version control keeps neither owners nor modes, but for one bit: so everything is root's, what mgetty and pppd want
//! to be secret is, and the rest may be read by all.

use std::path::Path;

use super::port::build_port;
use crate::fault;
use crate::vocabulary::Item;
use offhook_base::Span;
use offhook_etc::{Content, Etc};
use offhook_etc::{served, tree};
use offhook_scenario::{Port, Server};
use offhook_schema::Problem;

/// Takes the tree and, with the words beside it, the ports.
pub(super) fn build_etc(item: &Item, base: &Path, server: &mut Server, problems: &mut Vec<Problem>) {
    let (Some(written), Some(span)) = (item.text("etc"), item.property_span("etc")) else { return };
    for name in ["ppp", "account", "caller-id"] {
        if let Some(child) = item.child(name) {
            let message = format!("`{name}` would be written into an /etc that is used as it is");
            let problem = Problem::new(fault::CONTRADICTION, message, child.span, "its file is in this /etc already");
            problems.push(problem.also(span, "from this directory").help("to replace a file of it, use `file`"));
        }
    }
    let Some(mut etc) = read(&base.join(written), span, problems) else { return };
    for file in &mut etc.files {
        (file.uid, file.gid) = (0, 0);
        if let Content::File(_) = file.content {
            file.mode = mode(&file.path, file.mode);
        }
    }
    let stated: Vec<Port> = item.children("port").map(|port| attached(port, base, span, problems)).collect();
    server.ports = Vec::new();
    for found in served::served(&etc) {
        if server.ports.iter().any(|port| port.device == found.device) {
            continue;
        }
        let direct = direct(&found.process);
        server.ports.push(match item.children("port").zip(&stated).find(|(_, port)| port.device == found.device) {
            Some((word, port)) if word.property_span("type").is_some() => port.clone(),
            Some((_, port)) => Port { direct, ..port.clone() },
            None => Port { span, direct, ..Port::new(found.device) },
        });
    }
    for port in stated {
        if !server.ports.iter().any(|known| known.device == port.device) {
            server.ports.push(port);
        }
    }
    server.etc = Some(etc);
}

fn read(directory: &Path, span: Span, problems: &mut Vec<Problem>) -> Option<Etc> {
    let problem = |message: String, label: &str| Problem::new(fault::BAD_ETC, message, span, label);
    let shown = directory.display();
    match tree::read(directory) {
        Ok((etc, unread)) => {
            for file in unread {
                let message = format!("{} cannot be used: {}", file.path.display(), file.why);
                problems.push(problem(message, "in this directory"));
            }
            if etc.files.is_empty() {
                let problem = problem(format!("{shown} contains nothing that a dial-in server reads"), "not an /etc");
                problems.push(
                    problem.help("it should contain inittab, ppp/options, mgetty/login.config and so on, as /etc does"),
                );
                return None;
            }
            Some(etc)
        }
        Err(error) => {
            let problem = problem(format!("{shown} cannot be read: {}", offhook_base::plain(&error)), "this directory");
            problems.push(problem.help("relative paths start at the scenario file"));
            None
        }
    }
}

/// The mode that a file has on the server.
fn mode(path: &str, here: u32) -> u32 {
    let name = path.rsplit('/').next().unwrap_or(path);
    if matches!(name, "login.config" | "shadow") || name.ends_with("-secrets") {
        0o600
    } else if here & 0o100 != 0 {
        0o755
    } else {
        0o644
    }
}

/// Whether an mgetty is told that there is no modem. Flags that take a value end the word they stand in.
fn direct(process: &str) -> bool {
    const WITH_VALUE: &str = "kxspnRiCSIm";
    let flags = process.split_whitespace().skip(1).filter_map(|word| word.strip_prefix('-'));
    flags
        .map(|flags| flags.split(|flag| WITH_VALUE.contains(flag)).next())
        .any(|flags| flags.is_some_and(|f| f.contains('r')))
}

/// A port that says what hangs on it, and nothing that would be written.
fn attached(item: &Item, base: &Path, etc: Span, problems: &mut Vec<Problem>) -> Port {
    let hangs = ["type", "line", "number"];
    let written =
        item.properties.iter().filter(|(name, _)| !hangs.contains(name)).map(|(name, (_, span))| (*name, *span));
    let written: Vec<_> = written.chain(item.child("ppp").map(|ppp| ("ppp", ppp.span))).collect();
    for (name, span) in written {
        let message = format!("`{name}` would be written into an /etc that is used as it is");
        let problem = Problem::new(fault::CONTRADICTION, message, span, "its files define this");
        problems.push(
            problem
                .also(etc, "from this directory")
                .help("only describe what is attached to the port: `line`, `modem`, type=, line=, number="),
        );
    }
    build_port(item, base, problems)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_secret_and_scripts_run_whatever_version_control_kept() {
        assert_eq!(mode("/etc/mgetty/login.config", 0o644), 0o600);
        assert_eq!(mode("/etc/ppp/pap-secrets", 0o755), 0o600);
        assert_eq!(mode("/etc/ppp/ip-up", 0o775), 0o755);
        assert_eq!(mode("/etc/ppp/options", 0o664), 0o644);
    }

    #[test]
    fn a_direct_port_is_known_by_its_flag() {
        assert!(direct("/sbin/mgetty -r -s 57600 ttyS0") && direct("/sbin/mgetty -Dr ttyS0"));
        assert!(!direct("/sbin/mgetty -s 57600 ttyr0") && !direct("/sbin/mgetty -pr: ttyS0"));
    }
}
