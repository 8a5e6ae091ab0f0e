//! What holds for a port: mgetty's flags over its configuration file, and pppd's options in its read order.
//!
//! pppd reads `/etc/ppp/options`, then its command line (`file X` in place), then `/etc/ppp/options.TTY`. What the command
//! line says stays; `/etc/ppp/options` is overridden by both. `auth`, `noauth` and `require-...` are one group: the place
//! with more say decides, and within one place the last.

use std::collections::BTreeSet;
use std::net::Ipv4Addr;

use offhook_etc::SPEEDS;
use offhook_etc::installed::Programs;
use offhook_etc::read::direct::direct;
use offhook_etc::read::forwarding::{self, Forwarding};
use offhook_etc::read::hosts::Hosts;
use offhook_etc::read::inittab_units::{self, Entry, Init};
use offhook_etc::read::login_config::{self, Line, LoginConfig};
use offhook_etc::read::mgetty_command::{self, Command};
use offhook_etc::read::mgetty_config::{self, Values};
use offhook_etc::read::option_table::row;
use offhook_etc::read::options::{self, Opt, OptionKind, Problem};
use offhook_etc::read::program::Program;
use offhook_etc::read::secrets::{self, Secrets};
use offhook_etc::read::version::PppVersion;
use offhook_etc::read::words::words;
use offhook_etc::read::{accounts, dialin, pam, prompt};
use offhook_etc::source::{Place, Sourced, Tree};

/// Rings and speed without a word about them.
const DEFAULT_SPEED: &str = "38400";
/// pppd's own files.
pub const PAP_SECRETS: &str = "/etc/ppp/pap-secrets";
/// Likewise.
pub const CHAP_SECRETS: &str = "/etc/ppp/chap-secrets";
/// Likewise.
pub const OPTIONS: &str = "/etc/ppp/options";

/// What is the same for every port.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// What is served from where.
    pub init: Init,
    /// login.config, if there is one.
    pub login: Option<LoginConfig>,
    /// Why mgetty ignores login.config, if it does.
    pub login_ignored: Option<String>,
    /// login.config is there and could not be read.
    pub login_unread: bool,
    /// Likewise dialin.config.
    pub rules_unread: bool,
    /// Rules of caller ID; `None`: no file.
    pub rules: Option<Vec<dialin::Rule>>,
    /// pap-secrets.
    pub pap: Secrets,
    /// chap-secrets.
    pub chap: Secrets,
    /// Unix users.
    pub users: Vec<accounts::User>,
    /// The machine's name, if known.
    pub hostname: Option<String>,
    /// Whether passwd was there at all.
    pub users_known: bool,
    /// What the machine has of the programs that its files name; `None`: nobody looked.
    pub programs: Option<Programs>,
    /// Which pppd the machine runs; `None`: not known, and what either does is told.
    pub ppp_version: Option<PppVersion>,
    /// Names that stand for addresses.
    pub hosts: Hosts,
    /// Whether /etc/hosts was there at all.
    pub hosts_known: bool,
    /// Whether packets are passed on.
    pub forwarding: Forwarding,
    /// Whether a Unix user without a password gets in at the prompt.
    pub empty_password_at_prompt: bool,
    /// Likewise by PAP, where pppd has PAM check the password: with any.
    pub empty_password_by_pap: bool,
    /// Files that passwords are to be read from, and that are not there or empty.
    pub passwords_missing: BTreeSet<String>,
    /// Whether a name that no Unix user has passes PAM's account checks for pppd.
    pub unknown_user_passes: bool,
}

/// The files of `@/path` in secrets that pppd would not find, or find empty: it passes such entries over.
fn passwords_missing(tree: &Tree) -> BTreeSet<String> {
    let of = |path| tree.source(path).map(|source| secrets::read(source.octets)).unwrap_or_default();
    let named = [of(PAP_SECRETS), of(CHAP_SECRETS)].into_iter().flat_map(|secrets| secrets.entries);
    let files = named.filter_map(|entry| entry.secret.file());
    files
        .filter(|path| match tree.source(path) {
            Some(source) => words(source.octets).is_empty(),
            None => tree.whole || path.starts_with("/etc/"),
        })
        .collect()
}

impl Facts {
    /// Reads them.
    pub fn of(tree: &Tree) -> Self {
        let login = tree.mgetty("login.config");
        let login_ignored = login.and_then(|source| {
            if tree.owners_known && source.uid != 0 {
                Some(format!("its owner is user {}, not root", source.uid))
            } else if tree.modes_known && source.mode & 0o077 != 0 {
                Some(format!("its mode is {:04o}: others than root have rights in it", source.mode))
            } else {
                None
            }
        });
        let secrets = |path| tree.source(path).map(|source| secrets::read(source.octets)).unwrap_or_default();
        Self {
            init: inittab_units::read(tree),
            login_unread: tree.is_unread("mgetty/login.config"),
            rules_unread: tree.is_unread("mgetty/dialin.config"),
            login: login.map(|source| login_config::read(&source)),
            login_ignored,
            rules: tree.mgetty("dialin.config").map(|source| dialin::read(&source)),
            pap: secrets(PAP_SECRETS),
            chap: secrets(CHAP_SECRETS),
            users: accounts::read(tree),
            hostname: tree.hostname.clone(),
            users_known: tree.source("/etc/passwd").is_some(),
            ppp_version: tree
                .programs
                .as_ref()
                .and_then(Programs::pppd)
                .unwrap_or_else(|| PppVersion::of_etc(&tree.etc)),
            programs: tree.programs.clone(),
            hosts: Hosts::read(tree),
            hosts_known: tree.source("/etc/hosts").is_some(),
            forwarding: forwarding::read(tree),
            empty_password_at_prompt: pam::empty_password(tree, pam::LOGIN),
            empty_password_by_pap: pam::empty_password(tree, pam::PPP),
            unknown_user_passes: pam::passes_unknown_user(tree, pam::PPP),
            passwords_missing: passwords_missing(tree),
        }
    }

    /// The same for a machine with that pppd.
    #[must_use]
    pub fn with_ppp(mut self, version: Option<PppVersion>) -> Self {
        self.ppp_version = version.or(self.ppp_version);
        self
    }

    /// Why a program of that name cannot be started on the machine: `/sbin/mgetty does not exist`; `None`: it can, as far as
    /// is known.
    pub fn unstartable(&self, program: &str) -> Option<String> {
        let fault = self.programs.as_ref()?.fault(program)?;
        Some(format!("{} {fault}", offhook_report::text::printable(program)))
    }

    /// The line that decides for callers who speak PPP at once; `None`: they get login.
    pub fn ppp_line(&self) -> Option<&Line> {
        self.login_line("/AutoPPP/").filter(|line| line.program() != "login")
    }

    /// The program that somebody of that name gets: mgetty's own choice where no line decides (login.c).
    pub fn login_program(&self, name: &str) -> &str {
        self.login_line(name).and_then(|line| line.words.first()).map_or("/bin/login", String::as_str)
    }

    /// The line of login.config that decides for that name, as mgetty sees the file.
    pub fn login_line(&self, name: &str) -> Option<&Line> {
        if self.login_ignored.is_some() {
            return None;
        }
        self.login.as_ref()?.line_for(name)
    }
}

/// Which program a caller meets first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answers {
    /// mgetty, or vgetty.
    Mgetty,
    /// pppd, which init starts on the line.
    Pppd,
}

/// A served port.
#[derive(Clone, Debug)]
pub struct Port {
    /// Device without `/dev/`.
    pub device: String,
    /// The line or unit.
    pub entry: Entry,
    /// What serves it.
    pub server: Answers,
    /// Its command line.
    pub command: Command,
    /// What mgetty.config has for it.
    pub values: Values,
    /// Rings before it answers.
    pub rings: Sourced<u32>,
    /// Whether there is a modem: not on a direct line.
    pub direct: Sourced<bool>,
    /// Port speed as said.
    pub speed: Sourced<String>,
    /// pppd as it is started for callers who speak PPP; `None`: it is not.
    pub ppp: Option<Ppp>,
    /// pppd as lines of login.config start it for names that are typed at the prompt, each with such a name.
    pub by_prompt: Vec<(String, Ppp)>,
    /// The file for which mgetty answers nobody here.
    pub closed: Option<Place>,
    /// Why nothing serves it: `/sbin/mgetty does not exist`.
    pub unserved: Option<String>,
}

impl Port {
    /// Whether mgetty takes the speed of the port (`SPEEDS`).
    pub fn speed_is_known(&self) -> bool {
        self.speed.value.trim().parse::<u32>().is_ok_and(|speed| SPEEDS.contains(&speed))
    }

    /// What has pppd begin again on its line when PPP is over, instead of ending.
    pub fn begins_again(&self) -> Option<&Opt> {
        self.ppp.as_ref()?.on("persist", &["nopersist"])
    }

    /// Whether a yes-or-no key of mgetty.config says yes.
    pub fn flag(&self, key: &str) -> bool {
        self.values.get(key).is_some_and(|value| mgetty_config::truth(&value.text))
    }

    /// The prompt as a caller sees it; `None`: mgetty's own, `@ login: ` or alike.
    pub fn prompt(&self, facts: &Facts) -> Option<String> {
        let set = || self.values.get("login-prompt").map(|value| value.text.as_str());
        let text = self.command.prompt.as_deref().or_else(set)?;
        Some(prompt::decoded(text, facts.hostname.as_deref(), &self.device))
    }
}

/// pppd's options as they come out.
#[derive(Clone, Debug)]
pub struct Ppp {
    /// The line of login.config that starts it.
    pub line: Line,
    /// The terminal's name as pppd forms it, which names the file of its options.
    pub tty: String,
    /// Options in the order in which pppd reads them.
    pub options: Vec<Opt>,
    /// Why it does not start, or starts otherwise.
    pub problems: Vec<Problem>,
    /// Files named by `file` or `call` that are not there.
    pub missing: Vec<(Place, String)>,
    /// Files that name themselves by `file` or `call`, directly or through others.
    pub circles: Vec<(Place, String)>,
    /// Where a file is named that is not read any more: there are too many.
    pub unread: Option<(Place, String)>,
    /// What is asked of the caller.
    pub auth: Auth,
    /// Names that stand for addresses.
    pub hosts: Hosts,
    /// pap-secrets of its own and chap-secrets of its own, where options name others; each with its path.
    pub own_secrets: [Option<(String, Secrets)>; 2],
}

/// What is asked of the caller.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Auth {
    /// Whether the caller must say who it is.
    pub required: bool,
    /// The option that decides this; `None`: pppd's default, no.
    pub decided: Option<Opt>,
    /// PAP is asked for, if there are accounts for it.
    pub pap: bool,
    /// CHAP with MD5 is asked for.
    pub chap: bool,
    /// The first version of MS-CHAP is asked for.
    pub mschap: bool,
    /// The second version of MS-CHAP is asked for.
    pub mschap_v2: bool,
    /// EAP is asked for.
    pub eap: bool,
    /// Options of the group that have no effect.
    pub overruled: Vec<Opt>,
    /// What asked for authentication before a `noauth` undid it.
    pub undone: Option<Opt>,
}

/// Every served port.
pub fn ports(tree: &Tree, facts: &Facts) -> Vec<Port> {
    facts.init.entries.iter().filter_map(|entry| port(tree, facts, entry)).collect()
}

fn port(tree: &Tree, facts: &Facts, entry: &Entry) -> Option<Port> {
    let device = entry.device.clone().filter(|device| !device.is_empty())?;
    match &entry.runs.program {
        Program::Mgetty => Some(by_mgetty(tree, facts, entry, device)),
        Program::Pppd => Some(by_pppd(tree, facts, entry, device)),
        Program::Other(_) | Program::Resembles { .. } => None,
    }
}

/// A port that mgetty answers.
fn by_mgetty(tree: &Tree, facts: &Facts, entry: &Entry, device: String) -> Port {
    let command = mgetty_command::of(&entry.runs.words);
    let config = tree.mgetty("mgetty.config");
    let values = config.map(|source| mgetty_config::values(&source, &device)).unwrap_or_default();
    let here = || Some(entry.place.clone());
    let rings = match (&command.rings, values.get("rings")) {
        (Some(text), _) => Sourced { value: rings(mgetty_config::argument(text)), place: here() },
        (None, Some(value)) => {
            Sourced { value: rings(mgetty_config::integer(&value.text).unwrap_or(1)), place: Some(value.place.clone()) }
        }
        (None, None) => Sourced { value: 1, place: None },
    };
    let direct = direct(&command, &values, &entry.place);
    let speed = match (&command.speed, values.get("speed")) {
        (Some(text), _) => Sourced { value: mgetty_config::argument(text).to_string(), place: here() },
        (None, Some(value)) => {
            let taken = mgetty_config::integer(&value.text).map_or(DEFAULT_SPEED.to_owned(), |speed| speed.to_string());
            Sourced { value: taken, place: Some(value.place.clone()) }
        }
        (None, None) => Sourced { value: DEFAULT_SPEED.to_owned(), place: None },
    };
    let line = facts.ppp_line().filter(|line| line.program() == "pppd");
    let ppp = line.map(|line| ppp(tree, line, &device));
    let by_prompt = typed_lines(facts).into_iter();
    let by_prompt = by_prompt.map(|(name, line)| (name, self::ppp(tree, line, &device))).collect();
    let closed = Some(format!("/etc/nologin.{device}")).filter(|path| tree.etc.file(path).is_some());
    let closed = closed.map(Place::file);
    let (entry, server, unserved) = (entry.clone(), Answers::Mgetty, unserved(facts, entry));
    Port { device, entry, server, command, values, rings, direct, speed, ppp, by_prompt, closed, unserved }
}

/// Lines of login.config that start pppd for a name that is typed, each with such a name.
fn typed_lines(facts: &Facts) -> Vec<(String, &Line)> {
    let lines = facts.login.iter().filter(|_| facts.login_ignored.is_none()).flat_map(|login| &login.lines);
    let typed = lines.filter(|line| line.program() == "pppd" && !line.pattern.starts_with('/')).filter_map(|line| {
        let name = match line.pattern.trim_matches('*') {
            "" => "somebody",
            name => name,
        };
        // A line above it may fit first.
        (facts.login_line(name) == Some(line)).then(|| (name.to_owned(), line))
    });
    typed.collect()
}

/// A port that init gives to pppd: whoever is on the line speaks PPP at once.
fn by_pppd(tree: &Tree, facts: &Facts, entry: &Entry, device: String) -> Port {
    let line = Line::of_init(entry.place.clone(), entry.runs.words.clone());
    let ppp = ppp(tree, &line, &device);
    let speed = ppp.options.iter().rfind(|option| option.kind == OptionKind::Speed);
    let speed = match speed {
        Some(option) => Sourced { value: option.name.clone(), place: Some(option.place.clone()) },
        None => Sourced { value: DEFAULT_SPEED.to_owned(), place: None },
    };
    Port {
        device,
        entry: entry.clone(),
        server: Answers::Pppd,
        command: Command::default(),
        values: Values::new(),
        rings: Sourced { value: 0, place: None },
        direct: Sourced { value: true, place: Some(entry.place.clone()) },
        speed,
        ppp: Some(ppp),
        by_prompt: Vec::new(),
        closed: None,
        unserved: unserved(facts, entry),
    }
}

/// Why the program of that line or unit does not start.
fn unserved(facts: &Facts, entry: &Entry) -> Option<String> {
    facts.unstartable(entry.runs.words.first()?)
}

/// 0 means 1, as mgetty has it.
fn rings(said: i64) -> u32 {
    u32::try_from(said.max(1)).unwrap_or(u32::MAX)
}

/// A device's name as pppd makes a file's name of it.
pub fn tty_of(device: &str) -> String {
    device.strip_prefix("/dev/").unwrap_or(device).trim_start_matches('/').replace('/', ".")
}

fn ppp(tree: &Tree, line: &Line, device: &str) -> Ppp {
    let mut ppp = Ppp {
        line: line.clone(),
        tty: tty_of(device),
        options: Vec::new(),
        problems: Vec::new(),
        missing: Vec::new(),
        circles: Vec::new(),
        unread: None,
        auth: Auth::default(),
        hosts: Hosts::read(tree),
        own_secrets: [None, None],
    };
    let mut named = Named::default();
    ppp.take_file(tree, OPTIONS, false, &mut named);
    let words: Vec<_> = line.arguments().iter().map(|word| (word.clone(), line.place.clone())).collect();
    let (options, problems) = options::parsed(&words, true);
    ppp.problems.extend(problems);
    ppp.take(tree, options, &mut named);
    if let Some(named) = ppp.options.iter().rfind(|option| option.kind == OptionKind::Device) {
        ppp.tty = tty_of(&named.name);
    }
    let of_port = format!("{OPTIONS}.{}", ppp.tty);
    ppp.take_file(tree, &of_port, false, &mut named);
    ppp.auth = auth(&ppp.options);
    ppp.resolve();
    ppp.take_secrets(tree);
    ppp
}

/// Files that options name, and options, that are read for one port; and how deep they lie in one another. More than any
/// server has.
const MOST_NAMED: usize = 1000;
const MOST_OPTIONS: usize = 100_000;
const DEEPEST: usize = 100;

/// Files that are being read because options name them.
#[derive(Default)]
struct Named {
    /// Each is named by the one before.
    open: Vec<String>,
    /// How many were read so far.
    read: usize,
}

impl Ppp {
    fn take_file(&mut self, tree: &Tree, path: &str, command_line: bool, named: &mut Named) {
        let Some(source) = tree.source(path) else { return };
        let (options, problems) = options::read(&source, command_line);
        self.problems.extend(problems);
        named.open.push(path.to_owned());
        self.take(tree, options, named);
        named.open.pop();
    }

    /// Keeps options, and those of files they name.
    fn take(&mut self, tree: &Tree, options: Vec<Opt>, named: &mut Named) {
        for option in options {
            let file = match (option.name.as_str(), option.parameter.as_deref()) {
                ("file", Some(path)) => Some(path.to_owned()),
                ("call", Some(name)) => Some(format!("/etc/ppp/peers/{name}")),
                _ => None,
            };
            let (place, command_line) = (option.place.clone(), option.command_line);
            self.options.push(option);
            let Some(file) = file else { continue };
            if named.open.contains(&file) {
                // pppd reads it for ever; once is enough to tell.
                if !self.circles.iter().any(|(_, known)| *known == file) {
                    self.circles.push((place, file));
                }
            } else if tree.source(&file).is_some() {
                named.read += 1;
                if named.read > MOST_NAMED || self.options.len() > MOST_OPTIONS || named.open.len() > DEEPEST {
                    self.unread.get_or_insert((place, file));
                } else {
                    self.take_file(tree, &file, command_line, named);
                }
            } else if tree.covers(&file) {
                self.missing.push((place, file));
            }
        }
    }

    /// The option of those names that wins: the last one, but what the command line says of some stays.
    pub fn winner(&self, names: &[&str]) -> Option<&Opt> {
        let mut winner: Option<&Opt> = None;
        for option in self.options.iter().filter(|option| names.contains(&option.name.as_str())) {
            let stays = winner.is_some_and(|known| known.command_line && !option.command_line)
                && row(&option.name).is_some_and(|row| row.group.is_some());
            if !stays {
                winner = Some(option);
            }
        }
        winner
    }

    /// Its parameter as a number.
    pub fn number(&self, name: &str) -> Option<(u64, &Opt)> {
        let option = self.winner(&[name])?;
        let number = offhook_etc::read::number::number(option.parameter.as_deref()?)?;
        // What is below 0 is as good as none.
        Some((u64::try_from(number.value).unwrap_or(0), option))
    }

    /// Every option of that name.
    pub fn every<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Opt> {
        self.options.iter().filter(move |option| option.name == name)
    }

    /// The server's address and the caller's, each with the option it comes from.
    pub fn addresses(&self) -> (Option<Given<'_>>, Option<Given<'_>>) {
        let pick = |index: usize| {
            let of = |command_line: bool| {
                let pairs = self.options.iter().filter(|option| option.kind == OptionKind::Addresses);
                pairs.filter(|option| option.command_line == command_line).rev_find_half(index, &self.hosts)
            };
            of(true).or_else(|| of(false))
        };
        (pick(0), pick(1))
    }

    /// After how many seconds a call that nobody uses is ended; `None`: never.
    pub fn longest_idle_call(&self) -> Option<u64> {
        let of = |name| self.positive(name).map(|(seconds, _)| seconds);
        [of("idle"), of("maxconnect")].into_iter().flatten().min()
    }

    /// Name servers given to callers: the last two said.
    pub fn dns(&self) -> Vec<(Ipv4Addr, &Opt)> {
        let all = self.every("ms-dns");
        let all: Vec<_> =
            all.filter_map(|option| Some((self.hosts.host(option.parameter.as_deref()?).address()?, option))).collect();
        let last = all[all.len().saturating_sub(2)..].iter();
        // 0.0.0.0 is none.
        last.filter(|(address, _)| !address.is_unspecified()).copied().collect()
    }

    /// Whether Unix passwords are asked for as well.
    pub fn unix_login(&self) -> Option<&Opt> {
        self.every("login").next()
    }

    /// Whether callers may speak IPv6.
    pub fn ipv6(&self) -> bool {
        self.winner(&["noipv6", "-ipv6", "+ipv6", "ipv6"])
            .is_none_or(|option| !matches!(option.name.as_str(), "noipv6" | "-ipv6"))
    }

    /// The name by which entries of secrets are chosen; `None`: the machine's, which is not known.
    pub fn server_name(&self, hostname: Option<&str>) -> Option<String> {
        let named = self.winner(&["name"]).and_then(|option| option.parameter.clone()).filter(|name| !name.is_empty());
        // `domain` adds to the machine's name.
        let domain = self.winner(&["domain"]).and_then(|option| option.parameter.clone()).unwrap_or_default();
        let dot = if domain.is_empty() || domain.starts_with('.') { "" } else { "." };
        let machine = hostname.map(|name| format!("{name}{dot}{domain}"));
        if self.winner(&["usehostname"]).is_some() { machine } else { named.or(machine) }
    }

    /// Whether something else than the secrets files decides who gets in: a plugin, or files that are not here.
    pub fn secrets_elsewhere(&self) -> bool {
        self.plugin_decides()
            || (self.winner(&["pap-secrets"]).is_some() && self.own_secrets[0].is_none())
            || (self.winner(&["chap-secrets"]).is_some() && self.own_secrets[1].is_none())
    }
}

/// An address and the option it comes from.
pub type Given<'a> = (Ipv4Addr, &'a Opt);

/// The last half-pair that is said.
trait RevFindHalf<'a> {
    fn rev_find_half(self, index: usize, hosts: &Hosts) -> Option<(Ipv4Addr, &'a Opt)>;
}

impl<'a, I: Iterator<Item = &'a Opt>> RevFindHalf<'a> for I {
    fn rev_find_half(self, index: usize, hosts: &Hosts) -> Option<(Ipv4Addr, &'a Opt)> {
        let half = |option: &'a Opt| {
            let (local, remote) = option.name.split_once(':')?;
            let text = if index == 0 { local } else { remote };
            let address = hosts.host(text).address().filter(|address| !address.is_unspecified());
            address.filter(|_| !text.is_empty()).map(|address| (address, option))
        };
        self.filter_map(half).last()
    }
}

/// `auth`, `noauth` and what asks for a protocol, by pppd's rule of who overrides whom.
fn auth(options: &[Opt]) -> Auth {
    let mut auth = Auth::default();
    let mut by_command_line = false;
    for option in options {
        let protocol = match option.name.as_str() {
            "auth" | "noauth" => None,
            "require-pap" | "+pap" => Some(&mut auth.pap),
            "require-chap" | "+chap" => Some(&mut auth.chap),
            "require-mschap" | "+mschap" => Some(&mut auth.mschap),
            "require-mschap-v2" | "+mschap-v2" => Some(&mut auth.mschap_v2),
            "require-eap" => Some(&mut auth.eap),
            _ => continue,
        };
        // Nothing overrides require-eap: it is of no group.
        let grouped = row(&option.name).is_some_and(|row| row.group.is_some());
        if grouped && by_command_line && !option.command_line {
            auth.overruled.push(option.clone());
            continue;
        }
        by_command_line = if grouped { option.command_line } else { by_command_line };
        if let Some(protocol) = protocol {
            *protocol = true;
        }
        if option.name == "noauth" {
            if auth.required {
                auth.undone = auth.decided.take();
            }
        } else {
            auth.undone = None;
        }
        auth.required = option.name != "noauth";
        auth.decided = Some(option.clone());
    }
    let all = if auth.required { [auth.pap, auth.chap, auth.mschap, auth.mschap_v2, auth.eap] } else { [false; 5] };
    let asked = if auth.required && all == [false; 5] { [true; 5] } else { all };
    [auth.pap, auth.chap, auth.mschap, auth.mschap_v2, auth.eap] = asked;
    auth
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::tests::with;

    fn first(changes: &[(&str, &str)]) -> Port {
        let tree = with(changes);
        ports(&tree, &Facts::of(&tree)).remove(0)
    }

    #[test]
    fn the_flag_wins_over_mgettys_file_and_a_section_over_its_global_part() {
        let config = "rings 5\nport ttyS0\nrings 4\n";
        assert_eq!(first(&[("mgetty/mgetty.config", config)]).rings.value, 2);
        let inittab = "S0:2345:respawn:/sbin/mgetty ttyS0\n";
        let port = first(&[("mgetty/mgetty.config", config), ("inittab", inittab)]);
        assert_eq!((port.rings.value, port.rings.place.unwrap().line), (4, Some(3)));
    }

    #[test]
    fn what_the_command_line_says_stays_and_the_ports_file_overrides_the_general_one() {
        let login = "/AutoPPP/ - - /usr/sbin/pppd auth +pap idle 7\n";
        let port =
            first(&[("mgetty/login.config", login), ("ppp/options.ttyS0", "noauth\nidle 5\n10.0.0.1:10.0.0.2\n")]);
        let ppp = port.ppp.unwrap();
        assert!(ppp.auth.required && ppp.auth.pap && !ppp.auth.chap);
        assert_eq!(ppp.auth.overruled.len(), 1, "noauth, which is read last");
        assert_eq!(ppp.number("idle").unwrap().0, 7);
        let (local, remote) = ppp.addresses();
        assert_eq!((local.unwrap().0, remote.unwrap().0), ([10, 0, 0, 1].into(), [10, 0, 0, 2].into()));
    }

    #[test]
    fn noauth_in_a_ports_file_undoes_auth_of_the_general_one() {
        let login = "/AutoPPP/ - - /usr/sbin/pppd\n";
        let ppp = first(&[("mgetty/login.config", login), ("ppp/options.ttyS0", "noauth\n")]).ppp.unwrap();
        assert!(!ppp.auth.required && ppp.auth.undone.is_some());
        assert_eq!(ppp.auth.decided.unwrap().place, Place::line("/etc/ppp/options.ttyS0", 1));
    }

    #[test]
    fn a_device_on_the_command_line_names_the_file_of_the_ports_options() {
        let login = "/AutoPPP/ - - /usr/sbin/pppd auth /dev/ttyS1\n";
        let ppp = first(&[("mgetty/login.config", login)]).ppp.unwrap();
        assert_eq!(ppp.addresses().1.unwrap().0, Ipv4Addr::new(192, 168, 32, 106));
        assert_eq!(tty_of("term/a"), "term.a");
    }

    #[test]
    fn a_file_that_names_itself_is_read_only_so_often() {
        let ppp = first(&[("ppp/options", "auth\nfile /etc/ppp/options\n")]).ppp.unwrap();
        assert!(ppp.options.len() < 40);
    }
}
