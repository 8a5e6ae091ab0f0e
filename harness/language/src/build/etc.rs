//! `server etc="..."`: an `/etc` from this machine's directory, what of it was taken, and the ports it serves.
//!
//! Version control keeps neither owners nor modes, but for one bit: so everything is root's, what mgetty and pppd want
//! to be secret is, and the rest may be read by all.
//!
//! What a dial-in server reads itself has to be readable; what cannot be taken of the rest is told beside what was.

use std::path::Path;

use super::port::hanging_port;
use crate::fault;
use crate::sources::Sources;
use crate::vocabulary::Item;
use offhook_base::Span;
use offhook_etc::read::direct::is_direct;
use offhook_etc::source::Tree;
use offhook_etc::tree::Unread;
use offhook_etc::{Content, Etc, RawFile, is_private, served, tree};
use offhook_scenario::{EtcTaken, LeftOut, Port, Server};
use offhook_schema::Problem;

/// Why a port says nothing that would be written.
const WRITTEN: (&str, &str, &str) =
    ("would be written into an /etc that is used as it is", "its files define this", "from this directory");

/// Takes the tree and, with the words beside it, the ports.
pub(super) fn build_etc(item: &Item, base: &Sources, server: &mut Server, problems: &mut Vec<Problem>) {
    let (Some(written), Some(span)) = (item.text("etc"), item.property_span("etc")) else { return };
    for name in ["ppp", "account", "caller-id"] {
        if let Some(child) = item.child(name) {
            let message = format!("`{name}` would be written into an /etc that is used as it is");
            let problem = Problem::new(fault::CONTRADICTION, message, child.span, "its file is in this /etc already");
            problems.push(problem.also(span, "from this directory").help("to replace a file of it, use `file`"));
        }
    }
    let Some((mut etc, mut left_out)) = read(&base.directory(item.span).join(&written), span, problems) else { return };
    for file in &mut etc.files {
        (file.uid, file.gid) = (0, 0);
        if let Content::File(_) = file.content {
            file.mode = mode(&file.path, file.mode);
        }
    }
    left_out.extend(etc.files.iter().filter_map(|link| {
        let why = format!("a link to {}, of which this /etc has nothing: kept", tree::leads_out(link)?);
        Some(LeftOut { path: link.path.clone(), why })
    }));
    left_out.sort_by(|a, b| a.path.cmp(&b.path));
    let octets = |file: &RawFile| if let Content::File(octets) = &file.content { octets.len() as u64 } else { 0 };
    let (files, octets) = (etc.files.len(), etc.files.iter().map(octets).sum());
    server.taken = Some(EtcTaken { from: written, files, octets, left_out });
    let stated: Vec<Port> =
        item.children("port").map(|port| hanging_port(port, base, span, WRITTEN, problems)).collect();
    server.ports = Vec::new();
    let tree = Tree::of(etc, true);
    for found in served::served(&tree.etc) {
        if server.ports.iter().any(|port| port.device == found.device) {
            continue;
        }
        let direct = is_direct(&tree, &found);
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
    server.etc = Some(tree.etc);
}

/// The tree, and what of it is left out.
fn read(directory: &Path, span: Span, problems: &mut Vec<Problem>) -> Option<(Etc, Vec<LeftOut>)> {
    let problem = |message: String, label: &str| Problem::new(fault::BAD_ETC, message, span, label);
    let shown = directory.display();
    match tree::read_whole(directory) {
        Ok((etc, unread)) => {
            let mut left_out = Vec::new();
            for Unread { path, why } in unread {
                let below = path.strip_prefix(directory).unwrap_or(&path);
                if tree::is_taken(below) {
                    let message = format!("{} cannot be used: {why}", path.display());
                    problems.push(problem(message, "in this directory"));
                } else {
                    left_out.push(LeftOut { path: format!("/etc/{}", below.display()), why });
                }
            }
            let known =
                |file: &RawFile| file.path.strip_prefix("/etc/").is_some_and(|path| tree::is_taken(path.as_ref()));
            if !etc.files.iter().any(known) {
                let problem = problem(format!("{shown} contains nothing that a dial-in server reads"), "not an /etc");
                problems.push(
                    problem.help("it should contain inittab, ppp/options, mgetty/login.config and so on, as /etc does"),
                );
                return None;
            }
            Some((etc, left_out))
        }
        Err(error) => {
            let problem = problem(format!("{shown} cannot be read: {}", offhook_base::plain(&error)), "this directory");
            problems.push(problem.help("relative paths start at the scenario file"));
            None
        }
    }
}

/// The mode that a file has on the server.
pub(crate) fn mode(path: &str, here: u32) -> u32 {
    if is_private(path) {
        0o600
    } else if here & 0o100 != 0 {
        0o755
    } else {
        0o644
    }
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
}
