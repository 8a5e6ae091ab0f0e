//! The texts of the server's files, as the dial-in server page writes them.
//!
//! In go parts of the model; out come texts, octet for octet what the page leaves behind: its order of flags and options,
//! its quoting, its tabs. What the page gets wrong (a `"` in a password) is wrong here too: that is what is to be shown.

use std::fmt::Write;
use std::net::Ipv4Addr;

use super::own;
use offhook_scenario::{Account, Auth, AutoPpp, CallerIdRule, ControlLines, Mode, Port, Ppp, Program};

/// `/etc/inittab`: the runlevel that init starts, then one line a port with its id.
pub fn inittab<'a>(ports: impl IntoIterator<Item = (u32, &'a Port)>) -> String {
    let mut text = "id:2:initdefault:\n".to_owned();
    for (id, port) in ports {
        let _ = writeln!(text, "{id}:2345:respawn:{}", command_line(port));
    }
    text
}

/// What inittab's line runs: mgetty with the page's flags in the page's order, or pppd on a null-modem cable.
pub fn command_line(port: &Port) -> String {
    let device = written_device(port);
    let mut line = String::new();
    if port.program == Program::Own {
        return own::process(port);
    }
    if port.program == Program::Pppd {
        // pppd takes its device by a path; init has to have it in the foreground to start it again.
        let path = device_path(&port.device);
        let _ = write!(line, "/usr/sbin/pppd {path}");
        if let Some(speed) = port.speed {
            let _ = write!(line, " {speed}");
        }
        line.push_str(" nodetach");
        if let Some(arguments) = &port.arguments {
            let _ = write!(line, " {arguments}");
        }
        return line;
    }
    line.push_str("/sbin/mgetty");
    if port.direct {
        line.push_str(" -r");
    }
    if let Some(speed) = port.speed {
        let _ = write!(line, " -s {speed}");
    }
    if port.answer_after != 1 {
        let _ = write!(line, " -n {}", port.answer_after);
    }
    match port.mode {
        Mode::Data => line.push_str(" -D"),
        Mode::Fax => line.push_str(" -F"),
        Mode::DataOrFax => {}
    }
    if let Some(ringback) = port.ringback {
        let _ = write!(line, " -R {}", ringback.as_secs());
    }
    if let Some(prompt) = &port.prompt {
        let quote = if prompt.contains('"') { '\'' } else { '"' };
        let _ = write!(line, " -p {quote}{prompt}{quote}");
    }
    if let Some(arguments) = &port.arguments {
        let _ = write!(line, " {arguments}");
    }
    let _ = write!(line, " {device}");
    line
}

/// A device as inittab names it: bare, or by its path where the page's "Other device.." was used.
fn written_device(port: &Port) -> String {
    if port.as_path { device_path(&port.device) } else { port.device.clone() }
}

/// The path of a device: below `/dev/` unless the name is a path already.
pub fn device_path(device: &str) -> String {
    if device.starts_with('/') { device.to_owned() } else { format!("/dev/{device}") }
}

/// The options file that pppd looks for on that device: slashes after `/dev/` become dots (options_for_tty).
pub fn port_options_path(device: &str) -> String {
    format!("/etc/ppp/options.{}", device.trim_start_matches('/').replace('/', "."))
}

/// `login.config`: the line by which mgetty starts pppd, where the page puts it, before Debian's own last line.
pub fn login_config(auto_ppp: AutoPpp) -> String {
    let auto = match auto_ppp {
        AutoPpp::On => "/AutoPPP/\t-\ta_ppp\t/sbin/pppd\n",
        AutoPpp::Off => "",
    };
    format!("{auto}*\t-\t-\t/bin/login @\n")
}

/// An options file of pppd. In the order in which the page appends them.
pub fn options(ppp: &Ppp) -> String {
    let mut lines = Vec::new();
    if ppp.local.is_some() || ppp.remote.is_some() {
        let half = |address: Option<Ipv4Addr>| address.map(|address| address.to_string()).unwrap_or_default();
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
        Some(Auth::Never) => lines.push("noauth".to_owned()),
        Some(Auth::Always | Auth::Pap | Auth::Chap) => lines.push("auth".to_owned()),
        None => {}
    }
    if ppp.unix_auth {
        lines.push("login".to_owned());
    }
    if let Some(idle) = ppp.idle {
        lines.push(format!("idle {}", idle.as_secs()));
    }
    lines.extend(ppp.dns.iter().map(|server| format!("ms-dns {server}")));
    // The rest is not the page's: an administrator adds it by hand.
    match ppp.auth {
        Some(Auth::Pap) => lines.push("require-pap".to_owned()),
        Some(Auth::Chap) => lines.push("require-chap".to_owned()),
        _ => {}
    }
    if ppp.ipv6 == Some(false) {
        lines.push("noipv6".to_owned());
    }
    lines.extend(ppp.extra.iter().cloned());
    joined(&lines)
}

/// `pap-secrets` or `chap-secrets`: user, server, secret, addresses, two blanks between them.
pub fn secrets<'a>(accounts: impl IntoIterator<Item = &'a Account>) -> String {
    let line = |account: &Account| {
        let words = [&account.user, &account.server, &account.password].into_iter().chain(&account.addresses);
        words.map(|text| word(text)).collect::<Vec<_>>().join("  ")
    };
    joined(&accounts.into_iter().map(line).collect::<Vec<_>>())
}

/// A word of a secrets file: bare if letters, digits, dots and dashes are all there is, else in quotes. The page escapes
/// nothing in it.
fn word(text: &str) -> String {
    let bare = |character: char| character.is_ascii_alphanumeric() || ".-".contains(character);
    if !text.is_empty() && text.chars().all(bare) { text.to_owned() } else { format!("\"{text}\"") }
}

/// `dialin.config`: one token a line.
pub fn dialin(rules: &[CallerIdRule]) -> String {
    let line = |rule: &CallerIdRule| format!("{}{}", if rule.allow { "" } else { "!" }, rule.number);
    joined(&rules.iter().map(line).collect::<Vec<_>>())
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
    use std::time::Duration;

    use super::*;

    fn port(device: &str) -> Port {
        Port { speed: Some(57_600), answer_after: 2, ..Port::new(device) }
    }

    #[test]
    fn a_port_is_an_inittab_line_in_the_pages_order() {
        let all = Port {
            direct: true,
            mode: Mode::Fax,
            ringback: Some(Duration::from_secs(60)),
            prompt: Some("hello: ".into()),
            arguments: Some("-x 5".into()),
            as_path: true,
            ..port("ttyS0")
        };
        let plain = Port { answer_after: 1, speed: None, ..port("ttyS1") };
        assert_eq!(
            inittab([(1, &all), (7, &plain)]),
            "id:2:initdefault:\n\
             1:2345:respawn:/sbin/mgetty -r -s 57600 -n 2 -F -R 60 -p \"hello: \" -x 5 /dev/ttyS0\n\
             7:2345:respawn:/sbin/mgetty -D ttyS1\n"
        );
    }

    #[test]
    fn a_prompt_with_a_double_quote_stands_in_single_ones() {
        let port = Port { prompt: Some("say \"hi\": ".into()), mode: Mode::DataOrFax, ..Port::new("ttyS0") };
        assert_eq!(command_line(&port), "/sbin/mgetty -p 'say \"hi\": ' ttyS0");
    }

    #[test]
    fn a_port_served_by_pppd_alone_names_its_device_by_the_path() {
        let port = Port { program: Program::Pppd, arguments: Some("silent persist".into()), ..port("ttyS0") };
        assert_eq!(command_line(&port), "/usr/sbin/pppd /dev/ttyS0 57600 nodetach silent persist");
    }

    #[test]
    fn options_stand_in_the_order_in_which_the_page_appends_them() {
        let address = |last| Ipv4Addr::new(192, 168, 32, last);
        let ppp = Ppp {
            local: Some(address(1)),
            remote: Some(address(105)),
            netmask: Some(Ipv4Addr::new(255, 255, 255, 0)),
            auth: Some(Auth::Chap),
            unix_auth: true,
            idle: Some(Duration::from_secs(300)),
            dns: vec![address(7), address(8)],
            proxy_arp: true,
            lock: true,
            control_lines: Some(ControlLines::Modem),
            ipv6: Some(false),
            extra: vec!["debug".into()],
        };
        assert_eq!(
            options(&ppp),
            "192.168.32.1:192.168.32.105\nnetmask 255.255.255.0\nproxyarp\nlock\nmodem\nauth\nlogin\nidle 300\n\
             ms-dns 192.168.32.7\nms-dns 192.168.32.8\nrequire-chap\nnoipv6\ndebug\n"
        );
        assert_eq!(options(&Ppp { remote: Some(address(9)), ..Ppp::default() }), ":192.168.32.9\n");
        assert_eq!(options(&Ppp { auth: Some(Auth::Never), ..Ppp::default() }), "noauth\n");
    }

    #[test]
    fn words_of_a_secrets_file_are_quoted_and_never_escaped() {
        let account = Account {
            file: Default::default(),
            user: "DOM\\al ice".into(),
            password: "say\"hi\"".into(),
            server: "*".into(),
            addresses: vec!["192.168.32.5".into(), "-".into(), "*".into()],
        };
        assert_eq!(
            secrets([&account]),
            "\"DOM\\al ice\"  \"*\"  \"say\"hi\"\"  192.168.32.5  -  \"*\"\n",
            "as the page writes them"
        );
        let any = Account { user: String::new(), password: "@/etc/ppp/pw".into(), addresses: vec![], ..account };
        assert_eq!(secrets([&any]), "\"\"  \"*\"  \"@/etc/ppp/pw\"\n");
    }

    #[test]
    fn ppp_is_recognised_only_if_its_line_is_there() {
        assert_eq!(login_config(AutoPpp::On), "/AutoPPP/\t-\ta_ppp\t/sbin/pppd\n*\t-\t-\t/bin/login @\n");
        assert_eq!(login_config(AutoPpp::Off), "*\t-\t-\t/bin/login @\n");
    }

    #[test]
    fn caller_id_rules_are_tokens_in_order() {
        let rule = |allow, number: &str| CallerIdRule { allow, number: number.to_owned() };
        assert_eq!(dialin(&[rule(true, "555"), rule(false, "all")]), "555\n!all\n");
    }

    #[test]
    fn pppds_name_for_a_ports_options_has_dots_for_slashes() {
        assert_eq!(port_options_path("term/a"), "/etc/ppp/options.term.a");
        assert_eq!(port_options_path("/srv/ttyX"), "/etc/ppp/options.srv.ttyX");
    }
}
