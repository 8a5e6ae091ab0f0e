//! The files of a program that calls: its own `/etc/ppp`, which is none of the server's.
//!
//! In: what the scenario says of it, and the number to dial. Out: files by name. pppd reads `options` by itself;
//! `chat` dials; `ip-up` tells what came of it. wvdial has its `wvdial.conf` there too, writes the secrets files itself and
//! starts pppd with `peers/wvdial`.

use offhook_scenario::{Client, ClientProgram};
use offhook_server::page::device_path;

/// Where they lie for the program.
pub(super) const DIRECTORY: &str = "/etc/ppp";
/// The pipe in that directory by which `ip-up` tells.
pub(super) const NEWS: &str = "news";

/// How the modem is made to dial where the scenario does not say: as diallers do it. The last word says nothing, for
/// the server speaks first.
const CHAT: &[(&str, &str)] = &[("", "ATZ"), ("OK", "ATD\\T"), ("CONNECT", "\\c")];
/// Result codes by which a call has failed.
const ABORT: &[&str] = &["BUSY", "NO CARRIER", "NO DIALTONE", "NO DIAL TONE", "NO ANSWER", "ERROR"];
/// What the programs set their ports to, bit/s.
const SPEED: u32 = 115_200;
/// wvdial's settings where the scenario does not say: one call is one call, and a pty has no circuit 109 to look at.
const WVDIAL: &[&str] = &[
    "Init1 = ATZ",
    "Init2 = ATQ0 V1 E1 S0=0 &C1 &D2",
    "Auto Reconnect = off",
    "Dial Attempts = 1",
    "Dial Timeout = 120",
    "Abort on Busy = on",
    "Carrier Check = no",
    "Check DNS = off",
    "Check Def Route = off",
];
/// As wvdial's package has it.
const WVDIAL_PEER: &str = "noauth\nname wvdial\nusepeerdns\n";
/// Seconds that chat waits for each of the modem's answers: longer than a modem waits for carrier (S7).
const PATIENCE: u32 = 120;

/// One file.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct File {
    /// Its name.
    pub(super) name: &'static str,
    /// Its permission bits.
    pub(super) mode: u32,
    /// What is in it.
    pub(super) text: String,
}

/// The files of `client`, which calls `number` from the port `port`.
pub(super) fn files(client: &Client, number: &str, port: &str) -> Vec<File> {
    let file = |name, text| File { name, mode: 0o644, text };
    let mut files = vec![File { name: "ip-up", mode: 0o755, text: ip_up() }];
    match client.program {
        ClientProgram::Pppd => files.extend([file("options", options(client, number)), file("chat", chat(client))]),
        ClientProgram::Wvdial => files.extend([
            file("options", "noipv6\n".to_owned()),
            file("peers/wvdial", WVDIAL_PEER.to_owned()),
            File { mode: 0o600, ..file("wvdial.conf", wvdial_conf(client, number, port)) },
        ]),
        ClientProgram::Own => files.extend([
            file("options", String::new()),
            file("chat", chat(client)),
            File { mode: 0o700, ..file("call", own(client, number, port)) },
        ]),
    }
    // wvdial writes them itself, into files that are there.
    let secrets = match (client.program, &client.account) {
        (ClientProgram::Pppd | ClientProgram::Own, None) => return files,
        (ClientProgram::Pppd | ClientProgram::Own, Some((user, password))) => {
            format!("{} * {}\n", quoted(user), quoted(password))
        }
        (ClientProgram::Wvdial, _) => String::new(),
    };
    files.extend(["pap-secrets", "chap-secrets"].map(|name| File { mode: 0o600, ..file(name, secrets.clone()) }));
    files
}

/// How the program is started that calls from `port`.
pub(super) fn command(program: ClientProgram, port: &str) -> Vec<String> {
    match program {
        ClientProgram::Pppd => vec!["/usr/sbin/pppd".to_owned(), device_path(port), SPEED.to_string()],
        ClientProgram::Wvdial => vec!["/usr/bin/wvdial".to_owned(), format!("--config={DIRECTORY}/wvdial.conf")],
        ClientProgram::Own => vec!["/bin/sh".to_owned(), format!("{DIRECTORY}/call")],
    }
}

/// Dials on the port, and then becomes the program, which has the line as its standard input and output.
fn own(client: &Client, number: &str, port: &str) -> String {
    let device = device_path(port);
    let mut variables = vec![("OFFHOOK_ROLE", "calling".to_owned()), ("OFFHOOK_NUMBER", number.to_owned())];
    if let Some((user, password)) = &client.account {
        variables.extend([("OFFHOOK_USER", user.clone()), ("OFFHOOK_PASSWORD", password.clone())]);
    }
    if !client.options.is_empty() {
        variables.push(("OFFHOOK_OPTIONS", client.options.join(" ")));
    }
    let word = |text: &str| format!("'{}'", text.replace('\'', r"'\''"));
    let variables: String = variables.iter().map(|(name, value)| format!("export {name}={}\n", word(value))).collect();
    format!(
        "#!/bin/sh\nexec <{device} >{device}\nstty raw -echo\n/usr/sbin/chat -s -T {number} -f {DIRECTORY}/chat || exit 1\n\
         {variables}exec {}\n",
        client.command
    )
}

/// One section, wvdial.conf(5); the last line that says something counts, which is the scenario's.
fn wvdial_conf(client: &Client, number: &str, port: &str) -> String {
    let own = client.options.iter().filter_map(|line| line.split_once('=')).map(|(name, _)| name.trim().to_lowercase());
    let own: Vec<String> = own.collect();
    let mut lines =
        vec![format!("Modem = {}", device_path(port)), format!("Baud = {SPEED}"), format!("Phone = {number}")];
    let (user, password) = client.account.clone().unwrap_or_default();
    // Without both wvdial does not even dial.
    let word = |text: String| if text.is_empty() { "nobody".to_owned() } else { text };
    lines.extend([format!("Username = {}", word(user)), format!("Password = {}", word(password))]);
    lines.extend(WVDIAL.iter().map(|line| (*line).to_owned()));
    lines.retain(|line| line.split_once('=').is_none_or(|(name, _)| !own.contains(&name.trim().to_lowercase())));
    lines.extend(client.options.iter().cloned());
    format!("[Dialer Defaults]\n{}\n", lines.join("\n"))
}

/// What every dial-up client has, and then what the scenario says, whose word counts where the two differ.
fn options(client: &Client, number: &str) -> String {
    // pppd has a shell start it, which would not pass on that it is to end.
    let connect = format!("exec /usr/sbin/chat -s -T {number} -f {DIRECTORY}/chat");
    let mut lines = vec![
        "nodetach".to_owned(),
        "noauth".to_owned(),
        "modem".to_owned(),
        "noipdefault".to_owned(),
        "usepeerdns".to_owned(),
        "noipv6".to_owned(),
        format!("connect {}", quoted(&connect)),
    ];
    lines.extend(client.account.iter().map(|(user, _)| format!("user {}", quoted(user))));
    lines.extend(client.options.iter().cloned());
    lines.join("\n") + "\n"
}

/// Pairs of what is expected and what is sent, as chat(8) reads them.
fn chat(client: &Client) -> String {
    if !client.chat.is_empty() {
        let pairs: Vec<String> = client
            .chat
            .chunks(2)
            .map(|pair| pair.iter().map(|word| quoted(word)).collect::<Vec<_>>().join(" "))
            .collect();
        return pairs.join("\n") + "\n";
    }
    let mut text: String = ABORT.iter().map(|code| format!("ABORT {}\n", quoted(code))).collect();
    text.push_str(&format!("TIMEOUT {PATIENCE}\n"));
    for (expected, sent) in CHAT {
        // chat takes what it needs of backslashes itself: inside of quotes as without.
        text.push_str(&format!("\"{expected}\" \"{sent}\"\n"));
    }
    text
}

/// A word of an options file or of chat's script: in quotes, with the quotes in it escaped.
fn quoted(word: &str) -> String {
    format!("\"{}\"", word.replace('"', "\\\""))
}

/// pppd(8): interface, device, speed, own address, the peer's; the name servers in the environment.
fn ip_up() -> String {
    format!("#!/bin/sh\necho \"up $1 $4 $5 $DNS1 $DNS2\" > {DIRECTORY}/{NEWS}\n")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use offhook_telephony::modem::Personality;

    use super::*;
    use offhook_scenario::ClientProgram;

    fn client() -> Client {
        Client {
            program: ClientProgram::Pppd,
            personality: Personality::default(),
            chat: Vec::new(),
            options: Vec::new(),
            account: None,
            command: String::new(),
        }
    }

    fn text(client: &Client, name: &str) -> Option<String> {
        files(client, "5551000", "caller1").into_iter().find(|file| file.name == name).map(|file| file.text)
    }

    #[test]
    fn a_client_dials_the_called_number_and_has_no_secrets_but_its_own() {
        assert!(text(&client(), "options").unwrap().contains("-T 5551000 "));
        assert!(text(&client(), "chat").unwrap().ends_with("\"OK\" \"ATD\\T\"\n\"CONNECT\" \"\\c\"\n"));
        assert_eq!(text(&client(), "pap-secrets"), None);
        let alice = Client { account: Some(("alice".into(), "say \"hi\"".into())), ..client() };
        assert_eq!(text(&alice, "pap-secrets").unwrap(), "\"alice\" * \"say \\\"hi\\\"\"\n");
        assert!(text(&alice, "options").unwrap().ends_with("user \"alice\"\n"));
    }

    #[test]
    fn what_the_scenario_says_stands_last_and_its_chat_script_alone() {
        let own = Client {
            options: vec!["mru 576".into()],
            chat: ["", "ATZ", "OK", "ATDT5551000", "CONNECT", ""].map(str::to_owned).to_vec(),
            ..client()
        };
        assert!(text(&own, "options").unwrap().ends_with("\nmru 576\n"));
        assert_eq!(text(&own, "chat").unwrap(), "\"\" \"ATZ\"\n\"OK\" \"ATDT5551000\"\n\"CONNECT\" \"\"\n");
    }

    #[test]
    fn a_program_of_ones_own_is_dialled_for_and_told_who_it_is_whatever_is_in_its_password() {
        let account = Some(("alice".to_owned(), "it's".to_owned()));
        let (program, command) = (ClientProgram::Own, "/usr/local/bin/my-ppp --call".to_owned());
        let options = vec!["mru 296".to_owned()];
        let call = text(&Client { program, account, command, options, ..client() }, "call").unwrap();
        assert!(call.contains("exec </dev/caller1 >/dev/caller1\n") && call.contains("chat -s -T 5551000 "), "{call}");
        assert!(call.contains(r"export OFFHOOK_PASSWORD='it'\''s'") && call.contains("OPTIONS='mru 296'"), "{call}");
        assert!(call.ends_with("\nexec /usr/local/bin/my-ppp --call\n"), "{call}");
    }

    #[test]
    fn wvdial_is_told_number_and_account_in_its_own_words_and_the_scenario_s_lines_replace_them() {
        let account = Some(("alice".to_owned(), "secret".to_owned()));
        let options = vec!["Stupid Mode = yes".to_owned(), "init1 = AT&F".to_owned()];
        let conf =
            text(&Client { program: ClientProgram::Wvdial, account, options, ..client() }, "wvdial.conf").unwrap();
        assert!(
            conf.starts_with("[Dialer Defaults]\nModem = /dev/caller1\nBaud = 115200\nPhone = 5551000\n"),
            "{conf}"
        );
        assert!(conf.contains("\nUsername = alice\nPassword = secret\n"), "{conf}");
        assert!(conf.ends_with("\nStupid Mode = yes\ninit1 = AT&F\n") && !conf.contains("Init1"), "{conf}");
    }
}
