//! The configuration model as the files that mgetty, pppd and init read.
//!
//! In goes a [`Server`]; out come paths, modes and texts. Nothing is written here but what the scenario says,
//! so that a file in the evidence can be read as the scenario's translation.

use std::fmt::Write;
use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use crate::scenario::{Account, Auth, CallerIdRule, ControlLines, Mode, Port, Ppp, Server};

/// One file of the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerFile {
    /// Absolute path.
    pub path: String,
    /// Permission bits.
    pub mode: u32,
    /// Contents.
    pub text: String,
}

/// All files of `server`, in the order of their paths.
pub fn of(server: &Server) -> Vec<ServerFile> {
    let mut files = vec![
        file("/etc/inittab", 0o644, inittab(&server.ports)),
        // Debian's own defaults, without its comments.
        file("/etc/mgetty/mgetty.config", 0o644, "debug 4\nspeed 38400\nissue-file /etc/issue.mgetty\n".to_owned()),
        // mgetty ignores this one unless it belongs to root and nobody else may even read it.
        file(
            "/etc/mgetty/login.config",
            0o600,
            "/AutoPPP/\t-\ta_ppp\t/usr/sbin/pppd\n*\t-\t-\t/bin/login @\n".to_owned(),
        ),
        file("/etc/ppp/options", 0o644, options(&server.ppp)),
        file("/etc/ppp/pap-secrets", 0o600, secrets(&server.accounts)),
    ];
    if let Some(rules) = &server.caller_id {
        files.push(file("/etc/mgetty/dialin.config", 0o600, dialin(rules)));
    }
    for port in &server.ports {
        if let Some(ppp) = &port.ppp {
            // pppd's name for the port's file: slashes become dots (options_for_tty).
            let path = format!("/etc/ppp/options.{}", port.device.replace('/', "."));
            files.push(file(&path, 0o644, options(ppp)));
        }
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files
}

/// Writes the files, making directories as needed. What the stack shipped under the same names is replaced,
/// and a per-port options file or dialin.config that the scenario does not state is removed.
pub fn write(files: &[ServerFile], root: &Path) -> io::Result<()> {
    for file in files {
        let path = root.join(file.path.trim_start_matches('/'));
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        // Made anew, not written over: a file of the stack belongs to whoever built the lab, and mgetty ignores a
        // login.config that is not root's.
        removed(&path)?;
        fs::write(&path, &file.text)?;
        fs::set_permissions(&path, fs::Permissions::from_mode(file.mode))?;
    }
    let dialin = "/etc/mgetty/dialin.config";
    if !files.iter().any(|file| file.path == dialin) {
        removed(&root.join(dialin.trim_start_matches('/')))?;
    }
    Ok(())
}

/// Removes a file if it is there.
fn removed(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn file(path: &str, mode: u32, text: String) -> ServerFile {
    ServerFile { path: path.to_owned(), mode, text }
}

/// One line a port, as the dial-in server page writes it: ids from 1, runlevels 2345, respawn.
fn inittab(ports: &[Port]) -> String {
    let mut text = "id:2:initdefault:\n".to_owned();
    for (index, port) in ports.iter().enumerate() {
        let mut line = format!("{}:2345:respawn:/sbin/mgetty", index + 1);
        if port.direct {
            line.push_str(" -r");
        }
        if let Some(speed) = port.speed {
            let _ = write!(line, " -s {speed}");
        }
        if port.answer_after != 1 {
            let _ = write!(line, " -n {}", port.answer_after);
        }
        if port.mode == Mode::Data {
            line.push_str(" -D");
        }
        let _ = writeln!(text, "{line} {}", port.device);
    }
    text
}

fn options(ppp: &Ppp) -> String {
    let mut lines = Vec::new();
    if ppp.local.is_some() || ppp.remote.is_some() {
        let half = |address: Option<std::net::Ipv4Addr>| address.map(|address| address.to_string()).unwrap_or_default();
        lines.push(format!("{}:{}", half(ppp.local), half(ppp.remote)));
    }
    if let Some(netmask) = ppp.netmask {
        lines.push(format!("netmask {netmask}"));
    }
    if ppp.proxy_arp {
        lines.push("proxyarp".to_owned());
    }
    if ppp.lock {
        lines.push("lock".to_owned());
    }
    match ppp.control_lines {
        Some(ControlLines::Local) => lines.push("local".to_owned()),
        Some(ControlLines::Modem) => lines.push("modem".to_owned()),
        None => {}
    }
    match ppp.auth {
        Some(Auth::Always) => lines.push("auth".to_owned()),
        Some(Auth::Never) => lines.push("noauth".to_owned()),
        Some(Auth::Chap) => lines.extend(["auth".to_owned(), "require-chap".to_owned()]),
        Some(Auth::Pap) => lines.extend(["auth".to_owned(), "require-pap".to_owned()]),
        None => {}
    }
    if let Some(idle) = ppp.idle {
        lines.push(format!("idle {}", idle.as_secs()));
    }
    lines.extend(ppp.dns.iter().map(|server| format!("ms-dns {server}")));
    if ppp.ipv6 == Some(false) {
        lines.push("noipv6".to_owned());
    }
    lines.extend(ppp.extra.iter().cloned());
    joined(&lines)
}

fn secrets(accounts: &[Account]) -> String {
    let lines: Vec<String> = accounts
        .iter()
        .map(|account| {
            let mut words = vec![word(&account.user), word(&account.server), word(&account.password)];
            words.extend(account.addresses.iter().map(|address| word(address)));
            words.join("  ")
        })
        .collect();
    joined(&lines)
}

/// A word of a secrets file: bare where that is safe, else quoted, with quotes and backslashes escaped for pppd.
fn word(text: &str) -> String {
    let bare = |character: char| character.is_ascii_alphanumeric() || ".-_/:+".contains(character);
    if !text.is_empty() && text.chars().all(bare) {
        text.to_owned()
    } else {
        format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
    }
}

fn dialin(rules: &[CallerIdRule]) -> String {
    let lines: Vec<String> =
        rules.iter().map(|rule| format!("{}{}", if rule.allow { "" } else { "!" }, rule.number)).collect();
    joined(&lines)
}

fn joined(lines: &[String]) -> String {
    let mut text = lines.join("\n");
    if !text.is_empty() {
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::net::Ipv4Addr;
    use std::time::Duration;

    use super::*;

    fn port(device: &str) -> Port {
        Port { speed: Some(57_600), answer_after: 2, ..Port::new(device) }
    }

    fn text_of<'a>(files: &'a [ServerFile], path: &str) -> &'a str {
        files.iter().find(|file| file.path == path).map_or("", |file| &file.text)
    }

    #[test]
    fn a_port_is_an_inittab_line_in_the_pages_order() {
        let mut second = port("ttyS1");
        second.answer_after = 1;
        second.speed = None;
        let text = inittab(&[port("ttyS0"), second]);
        assert_eq!(
            text,
            "id:2:initdefault:\n1:2345:respawn:/sbin/mgetty -s 57600 -n 2 -D ttyS0\n2:2345:respawn:/sbin/mgetty -D ttyS1\n"
        );
    }

    #[test]
    fn a_port_with_its_own_options_gets_the_file_pppd_looks_for() {
        let mut server = Server { ports: vec![port("ttyS0")], ..Server::default() };
        server.ports[0].ppp = Some(Ppp {
            remote: Some(Ipv4Addr::new(10, 0, 0, 9)),
            idle: Some(Duration::from_secs(60)),
            ..Ppp::default()
        });
        assert_eq!(text_of(&of(&server), "/etc/ppp/options.ttyS0"), ":10.0.0.9\nidle 60\n");
    }

    #[test]
    fn words_of_the_secrets_file_are_quoted_and_escaped() {
        let account = Account {
            file: Default::default(),
            user: "DOM\\al ice".to_owned(),
            password: "say\"hi\"".to_owned(),
            server: "*".to_owned(),
            addresses: vec!["*".to_owned()],
        };
        assert_eq!(secrets(&[account]), "\"DOM\\\\al ice\"  \"*\"  \"say\\\"hi\\\"\"  \"*\"\n");
    }

    #[test]
    fn login_config_has_the_mode_mgetty_demands() {
        let files = of(&Server { ports: vec![port("ttyS0")], ..Server::default() });
        let login = files.iter().find(|file| file.path.ends_with("login.config")).map(|file| file.mode);
        assert_eq!(login, Some(0o600));
    }

    #[test]
    fn a_file_of_the_stack_is_replaced_by_a_new_one_and_not_written_over() {
        use std::os::unix::fs::MetadataExt;

        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("etc/mgetty/login.config");
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, "shipped").unwrap();
        // Held open, so that its number cannot be used again.
        let shipped = fs::File::open(&path).unwrap();
        write(&of(&Server { ports: vec![port("ttyS0")], ..Server::default() }), root.path()).unwrap();
        assert_ne!(fs::metadata(&path).unwrap().ino(), shipped.metadata().unwrap().ino(), "its owner is the writer");
        assert!(fs::read_to_string(&path).unwrap().starts_with("/AutoPPP/"));
    }

    #[test]
    fn caller_id_rules_are_tokens_in_order() {
        let rule = |allow, number: &str| CallerIdRule { allow, number: number.to_owned() };
        assert_eq!(dialin(&[rule(true, "555"), rule(false, "all")]), "555\n!all\n");
    }
}
