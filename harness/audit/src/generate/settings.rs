//! What administrators set, and the files that come of it.
//!
//! Each setting has a few choices, the first of them the usual one; a tree has one choice of each.

/// The choices of each setting, in the order of the constants below.
pub(super) const SETTINGS: &[&[&str]] = &[
    // INIT
    &["inittab", "systemd"],
    // PORTS
    &["one", "two", "usb"],
    // SPEED
    &["-s 57600", "-s 115200", "", "config"],
    // RINGS
    &["-n 2", "", "-n 3", "config 2", "section 4"],
    // MODE
    &["-D", "", "config"],
    // CALLERS
    &["", "555\n!all\n", "!555\n", "!555123, 555\n!all\n", "!none\n", "# all\nall\n"],
    // DETECTION
    &["auth -chap +pap", "auth", "require-chap", "auth require-mschap-v2", "file /etc/ppp/options.server", "", "none"],
    // LOGIN
    &["", "login"],
    // AUTH
    &["auth", "", "noauth", "require-pap", "require-eap"],
    // ADDRESSES
    &["port", "options", "names", "none", "server"],
    // IDLE
    &["idle 300", "", "idle 0", "idle 0x3c", "idle 60\nmaxconnect 40"],
    // ECHO
    &["", "lcp-echo-interval 30\nlcp-echo-failure 4", "lcp-echo-interval 30"],
    // LINES
    &["modem\ncrtscts\nlock", "local", ""],
    // DNS
    &["ms-dns 192.168.32.53", "", "ms-dns 192.168.32.53\nms-dns 9.9.9.9"],
    // IPV6
    &["noipv6", ""],
    // MORE
    &["", "proxyarp", "ipcp-accept-remote", "mru 576", "defaultroute", "novj\nnobsdcomp\nnodeflate", "noip", "passive"],
    // NAME
    &["", "name gateway", "usehostname"],
    // SERVER
    &["*", "dialin", "gateway"],
    // SECRETS
    &["pap", "chap", "both"],
    // PASSWORDS
    &["plain", "empty", "quoted", "file", "crypt", "login"],
    // ALLOWED
    &["*", "", "192.168.32.105", "192.168.32.0/24", "-", "!192.168.32.105 *", "10.1.1.1"],
    // CLIENTS
    &["alice bob", "alice", "*", "alice *"],
    // USERS
    &["bob", "bob locked", "bob empty", "none"],
    // HOSTS
    &["dialin 192.168.32.1", "127.0.1.1", "none"],
];

/// The choices that go with each other, whatever the others are, on a server with nothing wrong; in the order of the settings.
pub(super) const SOUND: &[&[usize]] = &[
    // INIT, PORTS, SPEED
    &[0, 1],
    &[0, 1, 2],
    &[0, 1, 2, 3],
    // RINGS: a number comes between the first ring and the second
    &[0, 2, 3],
    // MODE, CALLERS
    &[0, 1, 2],
    &[0, 1, 2, 3, 4, 5],
    // DETECTION and LOGIN go with SECRETS and USERS
    &[0],
    &[0],
    // AUTH, and of ADDRESSES one for each port
    &[0, 1, 3],
    &[0],
    // IDLE, ECHO, LINES, DNS, IPV6
    &[0, 1, 4],
    &[0, 1],
    &[0, 2],
    &[0, 1, 2],
    &[0, 1],
    // MORE, NAME, SERVER
    &[0, 3, 5],
    &[0],
    &[0, 1],
    // SECRETS, PASSWORDS, ALLOWED, CLIENTS
    &[0],
    &[0, 2],
    &[0, 3],
    &[0, 1, 2, 3],
    // USERS, HOSTS
    &[0, 1, 3],
    &[0, 1, 2],
];

const INIT: usize = 0;
const PORTS: usize = 1;
const SPEED: usize = 2;
const RINGS: usize = 3;
const MODE: usize = 4;
const CALLERS: usize = 5;
const DETECTION: usize = 6;
const LOGIN: usize = 7;
const AUTH: usize = 8;
const ADDRESSES: usize = 9;
const IDLE: usize = 10;
const ECHO: usize = 11;
const LINES: usize = 12;
const DNS: usize = 13;
const IPV6: usize = 14;
const MORE: usize = 15;
const NAME: usize = 16;
const SERVER: usize = 17;
const SECRETS: usize = 18;
const PASSWORDS: usize = 19;
const ALLOWED: usize = 20;
const CLIENTS: usize = 21;
const USERS: usize = 22;
const HOSTS: usize = 23;

/// The files of a choice, by path below `/etc`.
pub(super) fn written(choice: &[usize]) -> Vec<(String, String)> {
    let of = |setting: usize| SETTINGS[setting][choice[setting]];
    let mut files: Vec<(String, String)> = Vec::new();
    let mut file = |path: &str, text: String| {
        if !text.is_empty() {
            files.push((path.to_owned(), text));
        }
    };
    let devices: &[&str] = match of(PORTS) {
        "two" => &["ttyS0", "ttyS1"],
        "usb" => &["ttyUSB0"],
        _ => &["ttyS0"],
    };
    let flag = |setting: usize| Some(of(setting)).filter(|text| text.starts_with('-'));
    let flags: Vec<&str> = [MODE, SPEED, RINGS].into_iter().filter_map(flag).collect();
    let command = |device: &str| {
        let flags: String = flags.iter().map(|flag| format!(" {flag}")).collect();
        format!("/sbin/mgetty{flags} {device}")
    };
    if of(INIT) == "systemd" {
        for device in devices {
            let unit = format!("[Service]\nExecStart={}\nRestart=always\n", command(device));
            file(&format!("systemd/system/mgetty-{device}.service"), unit);
            let link = format!("{}../mgetty-{device}.service", super::LINK);
            file(&format!("systemd/system/multi-user.target.wants/mgetty-{device}.service"), link);
        }
    } else {
        let lines =
            devices.iter().enumerate().map(|(index, device)| format!("S{index}:2345:respawn:{}\n", command(device)));
        file("inittab", format!("id:2:initdefault:\n{}", lines.collect::<String>()));
    }
    file("mgetty/mgetty.config", mgetty_config(of(SPEED), of(RINGS), of(MODE), devices));
    file("mgetty/dialin.config", of(CALLERS).to_owned());
    let pppd = match (of(DETECTION), of(LOGIN)) {
        ("none", _) => String::new(),
        (arguments, login) => {
            let words: Vec<&str> = ["/AutoPPP/ - a_ppp /usr/sbin/pppd", arguments, login].into_iter().collect();
            format!("{}\n", words.join(" ").trim_end())
        }
    };
    file("mgetty/login.config", format!("{pppd}* - - /bin/login @\n"));
    let options = [AUTH, LINES, IDLE, ECHO, DNS, IPV6, MORE, NAME].map(of).into_iter().filter(|text| !text.is_empty());
    let mut options: Vec<String> = options.map(str::to_owned).collect();
    match of(ADDRESSES) {
        "options" => options.push("192.168.32.1:192.168.32.105".to_owned()),
        "server" => options.push("192.168.32.1:".to_owned()),
        _ => {}
    }
    file("ppp/options", format!("asyncmap 0\n{}\n", options.join("\n")));
    file("ppp/options.server", "auth\n+pap\n".to_owned());
    for (index, device) in devices.iter().enumerate() {
        file(
            &format!("ppp/options.{device}"),
            match of(ADDRESSES) {
                "port" => format!("192.168.32.1:192.168.32.{}\n", 105 + index),
                "names" => "dialin:caller\n".to_owned(),
                _ => String::new(),
            },
        );
    }
    let secrets = secrets(of(CLIENTS), of(SERVER), of(PASSWORDS), of(ALLOWED));
    for (name, with) in [("pap", ["pap", "both"]), ("chap", ["chap", "both"])] {
        let own = if with.contains(&of(SECRETS)) { secrets.as_str() } else { "" };
        file(&format!("ppp/{name}-secrets"), format!("# client server secret addresses\n{own}"));
    }
    file("ppp/alice.password", "hush-file\n".to_owned());
    let (passwd, shadow) = users(of(USERS));
    file("passwd", passwd);
    file("shadow", shadow);
    file("hostname", "dialin\n".to_owned());
    let own = match of(HOSTS) {
        "dialin 192.168.32.1" => "192.168.32.1 dialin\n192.168.32.105 caller\n",
        "127.0.1.1" => "127.0.1.1 dialin\n192.168.32.105 caller\n",
        _ => "",
    };
    file("hosts", format!("127.0.0.1 localhost\n{own}"));
    files
}

fn mgetty_config(speed: &str, rings: &str, mode: &str, devices: &[&str]) -> String {
    let mut text = "debug 4\n".to_owned();
    if speed == "config" {
        text.push_str("speed 38400\n");
    }
    if rings == "config 2" {
        text.push_str("rings 2\n");
    }
    if mode == "config" {
        text.push_str("data-only y\n");
    }
    if let ("section 4", Some(device)) = (rings, devices.first()) {
        text.push_str(&format!("port {device}\n rings 4\n"));
    }
    text
}

fn secrets(clients: &str, server: &str, password: &str, allowed: &str) -> String {
    let clients = clients.split(' ').enumerate();
    clients
        .map(|(index, client)| {
            let password = match password {
                "empty" => "\"\"".to_owned(),
                "quoted" => format!("\"hush {index}\""),
                "file" => "@/etc/ppp/alice.password".to_owned(),
                // crypt(3) of no password that anybody knows.
                "crypt" => "hushZ5sBVE9hM".to_owned(),
                "login" => "@login".to_owned(),
                _ => format!("hush-{index}"),
            };
            format!("{client} {server} {password} {allowed}\n")
        })
        .collect()
}

fn users(which: &str) -> (String, String) {
    let root = ("root:x:0:0:root:/root:/bin/bash\n", "root:*:19700:0:99999:7:::\n");
    let bob = "bob:x:1000:1000::/home/bob:/bin/sh\n";
    match which {
        "none" => (root.0.to_owned(), root.1.to_owned()),
        "bob locked" => (format!("{}{bob}", root.0), format!("{}bob:!$6$salt$hush:19700:0:99999:7:::\n", root.1)),
        "bob empty" => (format!("{}{bob}", root.0), format!("{}bob::19700:0:99999:7:::\n", root.1)),
        _ => (format!("{}{bob}", root.0), format!("{}bob:$6$salt$hush:19700:0:99999:7:::\n", root.1)),
    }
}
