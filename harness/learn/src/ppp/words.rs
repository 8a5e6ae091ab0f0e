//! A word as the text of a call in a scenario: each input a packet or a pause of a packet script.
//!
//! In: what is under test, how long is waited, and inputs. Out: text that the scenario language reads, and when each input
//! begins. A script expects nothing; what came is read from the frames ([`script`](super::script)).

use std::fmt::Write;
use std::time::Duration;

use offhook_ppp::frame::{IPCP, LCP};
use offhook_ppp::ipcp;
use offhook_ppp::lcp;
use offhook_ppp::options::Options;

use super::layer::{End, Layer, MAGIC, Setup};
use super::symbol::Input;

/// How long is waited for what, between the packets of a script.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// After each input. A line is dropped in that time; what all of them take in a word is less than the Restart timer.
    pub quiet: Duration,
    /// The Restart timer of the subject, in its own options.
    pub restart: Duration,
    /// For the Restart timer to run out, with what comes of that.
    pub timeout: Duration,
    /// For the subject to give up.
    pub silence: Duration,
}

/// For pppd, which lets go of its port a second after it has hung up.
impl Default for Pace {
    fn default() -> Self {
        let seconds = Duration::from_secs;
        Self { quiet: seconds(2), restart: seconds(90), timeout: seconds(93), silence: seconds(600) }
    }
}

impl Pace {
    /// How long an input takes; `None`: carrier, before the first.
    pub const fn of(&self, input: Option<Input>) -> Duration {
        match input {
            Some(Input::Timeout) => self.timeout,
            Some(Input::Silence) => self.silence,
            _ => self.quiet,
        }
    }
}

/// The block `server`: pppd on a cable, as the end that is asked for, with a Restart timer that no pause but [`Input::Timeout`]
/// reaches, and with counters as low as the expected machine has them.
pub fn server(setup: &Setup, pace: &Pace, max: u32) -> String {
    let (addresses, auth, account) = match setup.end {
        End::Answering => answers(setup),
        End::Calling => calls(setup),
    };
    let options = options_of_pppd(setup, pace, max);
    let options: Vec<String> = options.iter().map(|option| format!("option \"{option}\"; ")).collect();
    format!(
        "    server {{\n        port \"ttyS0\" type=\"direct\" program=\"pppd\"\n        ppp {{ {addresses}require-auth \"{auth}\"; \
         {}}}\n{account}    }}\n",
        options.concat()
    )
}

/// pppd that gives addresses and asks who is there: its addresses, what it asks for, and the account.
fn answers(setup: &Setup) -> (String, &'static str, String) {
    let Setup { layer, credentials, addresses, .. } = setup;
    let given = format!("addresses local=\"{}\" remote=\"{}\"; ", addresses.answering, addresses.calling);
    let auth = match layer {
        Layer::Pap => "pap",
        Layer::Chap => "chap",
        Layer::Lcp | Layer::Ipcp => return (given, "never", String::new()),
    };
    let (user, password) = (&credentials.user, &credentials.password);
    (given, auth, format!("        account \"{user}\" password=\"{password}\" file=\"{auth}\"\n"))
}

/// pppd that asks for an address and says who it is, likewise.
fn calls(setup: &Setup) -> (String, &'static str, String) {
    let (user, password) = (&setup.credentials.user, &setup.credentials.password);
    (String::new(), "never", format!("        account \"{user}\" password=\"{password}\" file=\"both\"\n"))
}

fn options_of_pppd(setup: &Setup, pace: &Pace, max: u32) -> Vec<String> {
    let Setup { layer, end, credentials, .. } = setup;
    let restart = pace.restart.as_secs();
    let mut options = vec!["noipv6".to_owned(), "noccp".to_owned()];
    if *end == End::Calling {
        // Without it pppd asks for the address that its host's name has, if it has one.
        options.push("noipdefault".to_owned());
        options.push(format!("user {}", credentials.user));
    }
    if *layer != Layer::Lcp {
        // It stays through a call in which nobody answers.
        options.push("lcp-max-configure 100".to_owned());
    }
    // It says once that it is there, and does not give up.
    let layer_above = "ipcp-restart 100000".to_owned();
    match layer {
        Layer::Lcp | Layer::Ipcp => {
            let name = layer.name().to_lowercase();
            options.push(format!("{name}-restart {restart}"));
            options.push(format!("{name}-max-configure {max}"));
            options.push(format!("{name}-max-terminate {max}"));
            options.push(format!("{name}-max-failure 1000"));
            if *layer == Layer::Lcp {
                options.push(layer_above);
            }
        }
        Layer::Pap => {
            options.push(layer_above);
            match end {
                End::Answering => options.push(format!("pap-timeout {restart}")),
                End::Calling => {
                    options.extend([format!("pap-restart {restart}"), format!("pap-max-authreq {max}")]);
                }
            }
        }
        Layer::Chap => {
            options.push(layer_above);
            options.push(format!("chap-restart {restart}"));
            options.push(format!("chap-max-challenge {max}"));
        }
    }
    options
}

/// Whether the script negotiates LCP before the word, as it asks the subject who it is.
pub const fn negotiates(setup: &Setup) -> bool {
    matches!((setup.layer, setup.end), (Layer::Pap | Layer::Chap, End::Calling))
}

/// The protocols that the script speaks itself, as `take` names them; LCP, if it is neither that nor what is learnt, comes up first.
fn taken(setup: &Setup) -> String {
    match setup.layer {
        layer if negotiates(setup) => {
            let name = layer.name().to_lowercase();
            let magic = format!("option \"magic\" 0x{MAGIC:08x};");
            let negotiate = format!("negotiate \"lcp\" {{ option \"auth\" \"{name}\"; {magic} }}");
            format!("take \"lcp\" \"{name}\" \"ipcp\"\n            {negotiate}")
        }
        Layer::Lcp => "take \"lcp\" \"ipcp\"".into(),
        layer => {
            format!("take \"{}\"{}", layer.name().to_lowercase(), if layer == Layer::Ipcp { "" } else { " \"ipcp\"" })
        }
    }
}

/// The beginning of a packet script, up to its first step: the caller agrees to what the subject wants proved.
pub(super) fn script(setup: &Setup) -> String {
    let credentials = match setup.layer {
        Layer::Lcp | Layer::Ipcp => String::new(),
        Layer::Pap | Layer::Chap => {
            format!(" user=\"{}\" password=\"{}\"", setup.credentials.user, setup.credentials.password)
        }
    };
    format!("    call {{\n        packets{credentials} {{\n            {}\n", taken(setup))
}

/// The block `call` that plays a word.
pub fn call(setup: &Setup, pace: &Pace, word: &[Input]) -> String {
    let mut text = script(setup) + "            may-close\n";
    let wait = |time: Duration, text: &mut String| {
        let _ = writeln!(text, "            wait \"{}s\"", time.as_secs());
    };
    wait(pace.of(None), &mut text);
    for input in word {
        if let Some(step) = step(setup, *input) {
            let _ = writeln!(text, "            {step}");
        }
        wait(pace.of(Some(*input)), &mut text);
    }
    text + "        }\n    }\n"
}

/// Calls after which init gets a [`rest`].
pub const BEFORE_REST: usize = 8;

/// A call in which nothing is said for two minutes: init takes a process that it starts ten times in that time for one that
/// fails, and leaves it alone for five.
pub const fn rest() -> &'static str {
    "    call {\n        packets {\n            take \"lcp\"\n            wait \"125s\"\n        }\n    }\n"
}

/// The step that an input is; `None`: it is time alone, or no packet.
pub fn step(setup: &Setup, input: Input) -> Option<String> {
    let layer = setup.layer;
    let name = layer.name().to_lowercase();
    let last = format!("last {name} configure-request");
    let options = |octets: &[u8]| options(layer, octets);
    let sent = |code: &str, how: &str, block: &str| {
        let block = if block.is_empty() { String::new() } else { format!(" {{ {block} }}") };
        let how = if how.is_empty() { String::new() } else { format!(" {how}") };
        format!("send \"{name}\" \"{code}\"{how}{block}")
    };
    let (same, other) = (format!("same-id-as=\"{last}\""), format!("other-id-than=\"{last}\""));
    let magic = hex(&MAGIC.to_be_bytes());
    // What only LCP has is an unknown code to others.
    let echo = |code: &str, number: &str| {
        sent(if layer == Layer::Lcp { code } else { number }, "", &format!("octets \"{magic}\";"))
    };
    let protocol_reject = |block: &str| format!("send \"lcp\" \"protocol-reject\" {{ {block} }}");
    let nak = || sent("configure-nak", &same, &options(&setup.options.nak));
    Some(match input {
        Input::Carrier | Input::Timeout | Input::Silence => return None,
        Input::RequestGood => sent("configure-request", "", &options(&setup.options.good)),
        Input::RequestNak => sent("configure-request", "", &options(setup.options.to_nak.as_ref()?)),
        Input::RequestReject => sent("configure-request", "", &options(&setup.options.to_reject)),
        Input::Ack => sent("configure-ack", &format!("of=\"{last}\""), ""),
        Input::AckIdentifier => sent("configure-ack", &other, &format!("body-of \"{last}\";")),
        Input::AckOptions => {
            let more = options(&setup.options.to_reject);
            sent("configure-ack", &same, &format!("body-of \"{last}\"; {more}"))
        }
        Input::Nak => nak(),
        Input::NakIdentifier => sent("configure-nak", &other, &options(&setup.options.nak)),
        Input::Reject => {
            let reject = |kind: &u8| {
                let option = option_name(layer, *kind);
                sent("configure-reject", &same, &format!("option-as-in \"{option}\" \"{last}\";"))
            };
            first(setup.options.rejectable.iter().map(reject).chain([nak()]))
        }
        Input::TerminateRequest => sent("terminate-request", "", ""),
        Input::TerminateAck => {
            let same = format!("same-id-as=\"last {name} terminate-request\"");
            first([sent("terminate-ack", &same, ""), sent("terminate-ack", "id=0", "")])
        }
        Input::UnknownCode => sent("99", "", ""),
        Input::CodeReject => sent("code-reject", "", &format!("octets \"0c 01 00 08 {magic}\";")),
        Input::CodeRejectFatal => sent("code-reject", "", &format!("packet-of \"{last}\";")),
        Input::ProtocolReject => protocol_reject("octets \"80 fd\";"),
        Input::ProtocolRejectFatal => protocol_reject(&format!("rejected \"{last}\";")),
        Input::ProtocolRejectNetwork => protocol_reject("octets \"80 21\";"),
        Input::EchoRequest => echo("echo-request", "9"),
        Input::EchoReply => echo("echo-reply", "10"),
        Input::Discard => echo("discard-request", "11"),
        Input::NetworkRequest => {
            let own = match setup.end {
                End::Answering => setup.addresses.calling,
                End::Calling => setup.addresses.answering,
            };
            format!("send \"ipcp\" \"configure-request\" {{ option \"address\" \"{own}\"; }}")
        }
        _ => return authentication(setup, input),
    })
}

fn authentication(setup: &Setup, input: Input) -> Option<String> {
    let (user, password) = (&setup.credentials.user, &setup.credentials.password);
    let pap = |code: &str, how: &str, block: &str| format!("send \"pap\" \"{code}\"{how}{block}");
    let request = |password: &str| {
        pap("authenticate-request", "", &format!(" {{ counted \"{user}\"; counted \"{password}\"; }}"))
    };
    // An answer to the last packet of that code, or to none.
    let answer = |code: &str, question: &str, block: &str| {
        let same = format!(" same-id-as=\"last {} {question}\"", setup.layer.name().to_lowercase());
        let one = |how: &str| format!("send \"{}\" \"{code}\"{how}{block}", setup.layer.name().to_lowercase());
        first([one(&same), one(" id=0")])
    };
    let other = |code: &str, question: &str, block: &str| {
        let how = format!(" other-id-than=\"last {} {question}\"", setup.layer.name().to_lowercase());
        let one = |how: &str| format!("send \"{}\" \"{code}\"{how}{block}", setup.layer.name().to_lowercase());
        first([one(&how), one(" id=119")])
    };
    let nothing = " { octets \"00\"; }";
    let right = || format!("response of=\"last chap challenge\" secret=\"{password}\"; text \"{user}\";");
    let response = |how: &str, block: &str| format!("send \"chap\" \"response\" {how} {{ {block} }}");
    let (same_challenge, other_challenge) =
        ("same-id-as=\"last chap challenge\"", "other-id-than=\"last chap challenge\"");
    Some(match input {
        Input::AuthRequest => request(password),
        Input::AuthRequestWrong => request("not that"),
        Input::AuthAck => answer("authenticate-ack", "authenticate-request", nothing),
        Input::AuthAckIdentifier => other("authenticate-ack", "authenticate-request", nothing),
        Input::AuthNak => answer("authenticate-nak", "authenticate-request", nothing),
        Input::Challenge => {
            format!("send \"chap\" \"challenge\" {{ octets \"10{}\"; text \"mapper\"; }}", " 5a".repeat(16))
        }
        // It answers the script's own Challenge, or none.
        Input::Response if setup.end == End::Calling => {
            let none = response("id=119", &format!("octets \"10{}\"; text \"{user}\";", " 00".repeat(16)));
            first([response(same_challenge, &right()), none])
        }
        Input::Response => response(same_challenge, &right()),
        Input::ResponseWrong => {
            response(same_challenge, &format!("octets \"10{}\"; text \"{user}\";", " 00".repeat(16)))
        }
        Input::ResponseIdentifier => response(other_challenge, &right()),
        Input::Success => answer("success", "response", ""),
        Input::SuccessIdentifier => other("success", "response", ""),
        Input::Failure => answer("failure", "response", ""),
        _ => return None,
    })
}

/// The protocol that an input is a packet of; `None`: it is none.
pub const fn protocol(layer: Layer, input: Input) -> Option<u16> {
    match input {
        Input::Carrier | Input::Timeout | Input::Silence => None,
        Input::ProtocolReject | Input::ProtocolRejectNetwork => Some(LCP),
        Input::ProtocolRejectFatal => Some(LCP),
        Input::NetworkRequest => Some(IPCP),
        _ => Some(layer.protocol()),
    }
}

/// The inputs that a call can play: carrier is lost between calls, and finds another process each
/// time.
pub fn inputs(setup: &Setup) -> Vec<Input> {
    let mut inputs = setup.inputs();
    inputs.retain(|input| *input != Input::Carrier);
    if setup.end == End::Answering {
        inputs.retain(|input| *input != Input::AuthAckIdentifier);
    }
    inputs
}

fn first(sends: impl IntoIterator<Item = String>) -> String {
    let sends: Vec<String> = sends.into_iter().map(|send| format!("{send}; ")).collect();
    format!("first {{ {}}}", sends.concat())
}

/// Options as the language writes them.
fn options(layer: Layer, octets: &[u8]) -> String {
    let mut text = String::new();
    for option in Options::new(octets).map_while(Result::ok) {
        let name = option_name(layer, option.kind);
        let value = match (&name[..], option.data) {
            ("mru", [high, low]) => u16::from_be_bytes([*high, *low]).to_string(),
            ("magic", data) => format!("0x{}", hex(data).replace(' ', "")),
            ("address", [a, b, c, d]) => format!("\"{a}.{b}.{c}.{d}\""),
            (_, []) => String::new(),
            (_, data) => format!("\"{}\"", hex(data)),
        };
        let _ = write!(text, "option \"{name}\" {value}; ");
    }
    text.trim_end().to_owned()
}

fn option_name(layer: Layer, kind: u8) -> String {
    match (layer, kind) {
        (Layer::Ipcp, ipcp::ADDRESS) => "address".into(),
        (Layer::Ipcp, _) => kind.to_string(),
        (_, 1) => "mru".into(),
        (_, 5) => "magic".into(),
        (_, lcp::PFC) => "pfc".into(),
        (_, lcp::ACFC) => "acfc".into(),
        (_, kind) => kind.to_string(),
    }
}

fn hex(octets: &[u8]) -> String {
    octets.iter().map(|octet| format!("{octet:02x}")).collect::<Vec<_>>().join(" ")
}
