//! The names that values have in a text, with the values they stand for and what is said of them.

use offhook_scenario::{
    AcceptedAuth, AccountsFile, ArpOwner, Attachment, Auth, AuthProtocol, AuthResult, ClientProgram, Compress,
    Compressed, ControlLines, Extent, ForwardWhen, Host, InvariantKind, Level, Mode, Phase, Program, Reason, Since,
    Start, Subject, Wiring,
};
use offhook_schema::choices;
use offhook_script::Proof;
use offhook_script::framing::{End as FrameEnd, Fcs};
use offhook_script::template::ResponseBy;
use offhook_telephony::exchange::CallerIdService;
use offhook_telephony::modem::CallEnd;
use offhook_telephony::modem::personality::{CallerIdStyle, DistinctiveRing};
use offhook_telephony::trace::End;

/// Rings after which calls go elsewhere that are not answered.
pub(crate) const FORWARD_RINGS: u32 = 3;

/// The stacks that a scenario runs on that names none.
pub(crate) const STACKS_UNLESS_STATED: [&str; 2] = ["bookworm", "trixie"];

choices! {
    /// How binding a clause is.
    pub(crate) LEVELS: Level {
        "must" => Level::Must, "an absolute requirement, or a cell of the state table";
        "should" => Level::Should, "there may be reasons to do otherwise";
        "may" => Level::May, "truly optional";
        "robust" => Level::Robust, "no sentence says so; an end that hangs, crashes or loops here is unfit";
        "free" => Level::Free, "left to the implementer";
    }

    /// Which end is looked at.
    pub(crate) SUBJECTS: Subject {
        "answering" => Subject::Answering, "the end that answers";
        "calling" => Subject::Calling, "the end that calls";
    }

    /// What proves that nothing comes.
    pub(crate) PROOFS: Proof {
        "echo" => Proof::Echo, "an Echo-Request of LCP, in Opened";
        "request" => Proof::Request, "a Configure-Request of LCP without options, before Opened";
        "time" => Proof::Time, "nothing but the time";
    }

    /// The FCS of a frame that is sent.
    pub(crate) FCS: Fcs {
        "good" => Fcs::Good, "the right one, of 16 bits";
        "bad" => Fcs::Bad, "with a bit changed";
        "long" => Fcs::Long, "one of 32 bits";
        "missing" => Fcs::Missing, "none";
    }

    /// What ends a frame that is sent.
    pub(crate) ENDINGS: FrameEnd {
        "flag" => FrameEnd::Flag, "a Flag Sequence";
        "abort" => FrameEnd::Abort, "Control Escape and a Flag Sequence";
        "nothing" => FrameEnd::Nothing, "nothing";
    }

    /// What goes wrong.
    pub(crate) DEEDS: &'static str {
        "cut-line" => "cut-line", "the line is cut";
        "hang-up" => "hang-up", "the caller goes on hook without a word";
        "fall-silent" => "fall-silent", "the caller says nothing more, and stays off hook";
        "lose" => "lose", "the next octets to an end are lost";
        "damage" => "damage", "a bit of them is wrong";
        "double" => "double", "they come twice";
        "delay" => "delay", "they come later";
        "deafen" => "deafen", "octets no longer reach an end";
        "flicker" => "flicker", "carrier stops and comes back";
        "drop-dtr" => "drop-dtr", "circuit 108/2 (DTR) goes off and on, as by a loose plug";
        "hold-off" => "hold-off", "the modem holds circuit 106 (CTS) off";
        "modem-says" => "modem-says", "the modem says something";
        "modem-dies" => "modem-dies", "the modem hears and says nothing any more";
        "modem-mutes" => "modem-mutes", "the modem tells its DTE nothing for a while";
        "modem-lags" => "modem-lags", "the next that the modem tells comes late";
        "modem-restarts" => "modem-restarts", "the modem is switched off and on";
        "kill" => "kill", "a process gets a signal";
        "stop" => "stop", "a process stands still, and goes on";
        "fill-disk" => "fill-disk", "the file system of /run is full";
        "set-clock" => "set-clock", "the server's clock is set";
    }

    /// Events of the trace.
    pub(crate) EVENTS: &'static str {
        "call-begins" => "call-begins", "a call begins";
        "ring-on" => "ring-on", "a ring begins";
        "ring-off" => "ring-off", "a ring ends";
        "caller-id" => "caller-id", "caller ID is delivered";
        "off-hook" => "off-hook", "the modem goes off hook";
        "on-hook" => "on-hook", "the modem goes on hook";
        "connected" => "connected", "there is carrier";
        "cleared" => "cleared", "the call is cleared";
        "dialled" => "dialled", "a modem dials";
        "tone" => "tone", "a modem hears a tone";
        "circuit" => "circuit", "a circuit changes";
        "harm" => "harm", "the line is impaired";
        "lost" => "lost", "octets are lost";
        "dte-opened" => "dte-opened", "the server opens the port";
        "dte-closed" => "dte-closed", "the server closes the port";
        "command" => "command", "the server gives a command line";
        "response" => "response", "the modem answers";
        "ignored" => "ignored", "the server sends octets that are no command line";
        "frame" => "frame", "a PPP frame crosses";
        "bad-frame" => "bad-frame", "a bad frame crosses";
        "text" => "text", "text outside PPP comes";
        "link" => "link", "a protocol or phase of the caller's PPP changes";
        "started" => "started", "init starts a process";
        "exited" => "exited", "a process ends";
        "log" => "log", "a program logs a line";
        "interface" => "interface", "an interface of the server changes";
        "step" => "step", "a step of the scenario is done";
        "note" => "note", "something else is noted";
    }

    /// Signals that a process is sent.
    pub(crate) SIGNALS: &'static str {
        "HUP" => "HUP", "SIGHUP";
        "INT" => "INT", "SIGINT";
        "QUIT" => "QUIT", "SIGQUIT";
        "TERM" => "TERM", "SIGTERM";
        "KILL" => "KILL", "SIGKILL";
        "SEGV" => "SEGV", "SIGSEGV";
        "PIPE" => "PIPE", "SIGPIPE";
        "ALRM" => "ALRM", "SIGALRM";
        "USR1" => "USR1", "SIGUSR1";
        "USR2" => "USR2", "SIGUSR2";
    }

    /// What holds in the end.
    pub(crate) INVARIANTS: InvariantKind {
        "ports-ready" => InvariantKind::PortsReady, "ports are ready again";
        "nothing-left" => InvariantKind::NothingLeft, "nothing is left behind, and nothing is missing";
        "no-crash" => InvariantKind::NoCrash, "no program died by a signal of its own making";
        "authenticated" => InvariantKind::Authenticated, "nobody has an address who has not said who he is";
        "caller-id" => InvariantKind::CallerId, "no denied call is answered";
        "line-let-go" => InvariantKind::LineLetGo, "lines are let go of";
        "limits" => InvariantKind::Limits, "links end by their idle and session limits";
        "log-true" => InvariantKind::LogTrue, "logs say what happened";
    }

    /// What a snapshot compares.
    pub(crate) EXTENTS: Extent {
        "negotiation" => Extent::Negotiation, "PPP packets but for those with data";
        "call" => Extent::Call, "all that was exchanged: ringing, AT dialogue, text, packets";
        "login" => Extent::Login, "what was sent outside PPP";
        "log" => Extent::Log, "what the server's programs logged";
    }

    /// The stacks that ship. Others are made by `stack` at the top of a file, and by `offhook lab add`, which no scenario names.
    pub(crate) STACKS: &'static str {
        "bookworm" => "bookworm", "Debian 12, with pppd 2.4.9";
        "trixie" => "trixie", "Debian 13, with pppd 2.5.2";
        "forky" => "forky", "Debian 14, as far as it is; runs only where it is named, here or by --stack";
    }

    /// Programs that call and are known by name.
    pub(crate) CLIENTS: ClientProgram {
        "pppd" => ClientProgram::Pppd, "pppd, which dials by chat";
        "wvdial" => ClientProgram::Wvdial, "wvdial, which dials and starts pppd";
    }

    /// What a program of a server's own has as its standard input and output.
    pub(crate) ATTACHMENTS: Attachment {
        "port" => Attachment::Port, "the port, which is its terminal, too";
        "stdio" => Attachment::Pipes, "pipes";
    }

    /// Where a program of a server's own runs; the value: on this machine itself.
    pub(crate) WHERE: bool {
        "guest" => false, "in the guest, as the server's other programs do";
        "host" => true, "on this machine itself";
    }

    /// How a modem's call ended, or stands.
    pub(crate) CALL_ENDS: CallEnd {
        "none" => CallEnd::None, "there has been no call yet";
        "going" => CallEnd::Going, "it has not ended";
        "dtr" => CallEnd::Dtr, "DTR (circuit 108/2) went off";
        "command" => CallEnd::Command, "the DTE said H or Z";
        "abort" => CallEnd::Abort, "the DTE sent something before there was carrier";
        "far-end" => CallEnd::FarEnd, "the far modem hung up";
        "carrier-lost" => CallEnd::CarrierLost, "carrier was gone for longer than S10";
        "inactivity" => CallEnd::Inactivity, "no data for as long as the inactivity timer allows";
        "no-carrier" => CallEnd::NoCarrier, "there never was carrier";
    }

    /// What is attached to a port; the value: a cable.
    pub(crate) TYPES: bool {
        "modem" => false, "a modem on a telephone line";
        "direct" => true, "a null-modem cable (`-r`): nothing rings, no AT commands";
    }

    /// What calls a port takes.
    pub(crate) MODES: Mode {
        "data" => Mode::Data, "data only (`-D`)";
        "fax" => Mode::Fax, "fax only (`-F`)";
        "data-or-fax" => Mode::DataOrFax, "mgetty asks the modem whether it can fax";
    }

    /// Who begins LCP.
    pub(crate) STARTS: Start {
        "active" => Start::Active, "the caller asks at once, and gives up after ten requests without an answer";
        "passive" => Start::Passive, "the caller asks at once, and after ten requests without an answer waits for the server's";
        "silent" => Start::Silent, "the caller waits for the server's first request";
    }

    /// What packets are compressed by.
    pub(crate) METHODS: Compress {
        "deflate" => Compress::Deflate, "Deflate, by its number and by that of its draft, as pppd asks for it";
        "deflate-draft" => Compress::DeflateDraft, "Deflate by its draft's number alone";
        "bsd" => Compress::Bsd, "BSD-Compress";
        "mppe" => Compress::Mppe, "MPPE without state, with keys of 40, 56 or 128 bits";
        "mppe-40" => Compress::Mppe40, "likewise, of 40 bits";
        "mppe-56" => Compress::Mppe56, "likewise, of 56 bits";
        "mppe-128" => Compress::Mppe128, "likewise, of 128 bits";
        "mppe-stateful" => Compress::MppeStateful, "MPPE with state, with keys of 40, 56 or 128 bits";
    }

    /// How data crosses the line.
    pub(crate) COMPRESSED: Compressed {
        "vj" => Compressed::Vj, "with compressed TCP headers (Van Jacobson's, protocol 0x002d)";
        "deflate" => Compressed::Deflate, "deflated";
        "deflate-draft" => Compressed::DeflateDraft, "deflated, by the number of Deflate's draft";
        "bsd" => Compressed::Bsd, "by BSD-Compress";
        "mppe" => Compressed::Mppe, "encrypted by MPPE";
        "none" => Compressed::None, "as it is: nothing was agreed on, five seconds long";
    }

    /// What serves a port.
    pub(crate) PROGRAMS: Program {
        "mgetty" => Program::Mgetty, "mgetty, which starts pppd or login";
        "pppd" => Program::Pppd, "pppd itself, on a direct port";
    }

    /// What joins a port and its modem.
    pub(crate) WIRINGS: Wiring {
        "pty" => Wiring::Pty, "a pseudo-terminal: it has circuit 108 as opening and closing, and 109 as hanging up";
        "usb" => Wiring::Usb, "a USB modem, ttyACM0 and so on: circuits 107 to 109 and 125 as on a cable";
    }

    /// How the exchange delivers caller ID.
    pub(crate) CALLER_IDS: CallerIdService {
        "mdmf" => CallerIdService::Mdmf, "number and name, between the first ring and the second (GR-30-CORE)";
        "sdmf" => CallerIdService::Sdmf, "the number alone, likewise";
        "etsi" => CallerIdService::Etsi, "number and name, before the first ring (EN 300 659-1)";
        "uk" => CallerIdService::Uk, "likewise, after a reversal of the line (SIN 227)";
        "dtmf" => CallerIdService::Dtmf, "the number in DTMF, before the first ring";
    }

    /// What the server demands.
    pub(crate) AUTHENTICATION: Option<Auth> {
        "default" => None, "nothing is written: \"No, but prevent routed IPs\"";
        "always" => Some(Auth::Always), "some protocol (`auth`)";
        "never" => Some(Auth::Never), "none (`noauth`)";
        "pap" => Some(Auth::Pap), "PAP (`auth`, `require-pap`)";
        "chap" => Some(Auth::Chap), "CHAP (`auth`, `require-chap`)";
    }

    /// What pppd makes of the control lines.
    pub(crate) CONTROL_LINES: Option<ControlLines> {
        "local" => Some(ControlLines::Local), "ignored (`local`)";
        "modem" => Some(ControlLines::Modem), "obeyed (`modem`)";
        "default" => None, "nothing is written";
    }

    /// Where an account is written.
    pub(crate) SECRETS: AccountsFile {
        "pap" => AccountsFile::Pap, "/etc/ppp/pap-secrets";
        "chap" => AccountsFile::Chap, "/etc/ppp/chap-secrets";
        "both" => AccountsFile::Both, "the same line in both";
    }

    /// Which calls are forwarded.
    pub(crate) FORWARDED: ForwardWhen {
        "always" => ForwardWhen::Always, "all";
        "busy" => ForwardWhen::Busy, "those that find the line busy";
        "no-answer" => ForwardWhen::NoAnswer { rings: FORWARD_RINGS }, "those that are not answered";
    }

    /// Which way a caller-ID rule is moved; the value: up.
    pub(crate) WAYS: bool {
        "up" => true, "towards the head of the list";
        "down" => false, "towards its end";
    }

    /// Where the next step may begin.
    pub(crate) PHASES: Phase {
        "establish" => Phase::Establish, "the first Configure-Request of LCP is out";
        "authenticate" => Phase::Authenticate, "LCP is Opened and the first Authenticate-Request is out";
        "network" => Phase::Network, "the first Configure-Request of IPCP is out";
    }

    /// Which authentication the caller takes.
    pub(crate) AUTH: AcceptedAuth {
        "any" => AcceptedAuth::Any, "PAP or CHAP with MD5, whichever the server asks for";
        "pap" => AcceptedAuth::Pap, "PAP: anything else is answered by a Configure-Nak";
        "chap" => AcceptedAuth::Chap, "CHAP with MD5, likewise";
        "ms-chap-first" => AcceptedAuth::MsChapFirst, "a Configure-Nak for MS-CHAPv2 first, as Windows does; then as \"any\"";
        "ms-chap" => AcceptedAuth::MsChap, "MS-CHAP, as with \"pap\"";
        "ms-chap-v2" => AcceptedAuth::MsChapV2, "MS-CHAPv2, likewise";
        "eap" => AcceptedAuth::Eap, "EAP with MD5-Challenge, likewise";
        "all" => AcceptedAuth::All, "all of these, whichever the server asks for";
    }

    /// How authentication ended.
    pub(crate) AUTH_RESULTS: AuthResult {
        "accepted" => AuthResult::Accepted, "Authenticate-Ack, or the Success of CHAP or EAP";
        "refused" => AuthResult::Refused, "Authenticate-Nak, the Failure of CHAP or EAP, or the link is ended because the caller offers no authentication";
        "not-asked" => AuthResult::NotAsked, "the server asks for none";
    }

    /// Authentication protocols.
    pub(crate) PROTOCOLS: AuthProtocol {
        "pap" => AuthProtocol::Pap, "RFC 1334";
        "chap" => AuthProtocol::Chap, "RFC 1994, with MD5";
        "ms-chap" => AuthProtocol::MsChap, "RFC 2433";
        "ms-chap-v2" => AuthProtocol::MsChapV2, "RFC 2759";
        "eap" => AuthProtocol::Eap, "RFC 3748, with whatever method";
    }

    /// What a Response of a packet script is computed by.
    pub(crate) RESPONSES: ResponseBy {
        "chap" => ResponseBy::Chap, "RFC 1994, with MD5";
        "ms-chap" => ResponseBy::MsChap, "RFC 2433, without the response for LAN Manager";
        "ms-chap-v2" => ResponseBy::MsChapV2, "RFC 2759";
    }

    /// From when a duration counts.
    pub(crate) SINCE: Since {
        "last-step" => Since::LastStep, "the step before was done";
        "last-data" => Since::LastData, "the last IP packet crossed the link, or the network came up";
        "up" => Since::Up, "the network came up";
        "connect" => Since::Connect, "CONNECT";
        "answer" => Since::Answer, "off hook";
    }

    /// One of the two ends of a call.
    pub(crate) PARTIES: End {
        "caller" => End::Caller, "the caller";
        "server" => End::Server, "the server";
    }

    /// An end of a line.
    pub(crate) ENDS: End {
        "server" => End::Server, "nothing of the caller's arrives";
        "caller" => End::Caller, "nothing of the server's arrives";
    }

    /// Why a call ended.
    pub(crate) REASONS: Reason {
        "idle" => Reason::Idle, "Terminate-Request \"Link inactive\"";
        "authentication" => Reason::Authentication, "Terminate-Request \"Authentication failed\" or \"peer refused to authenticate\"";
        "connect-time" => Reason::ConnectTime, "Terminate-Request \"Connect time expired\"";
        "no-echo" => Reason::NoEcho, "Terminate-Request \"Peer not responding\", of the server, or of a caller with echo-failure=";
        "quality" => Reason::Quality, "Terminate-Request \"Link quality is poor\", of a caller with quality-ends=#true";
        "carrier" => Reason::Carrier, "carrier was lost with no Terminate-Request";
        "other" => Reason::Other, "any other Terminate-Request";
    }

    /// What came of a login; the value: accepted.
    pub(crate) LOGINS: bool {
        "accepted" => true, "a shell's prompt, or a program's words";
        "refused" => false, "\"Login incorrect\", or a new prompt";
    }

    /// Who sends echo requests.
    pub(crate) HOSTS: Host {
        "caller" => Host::Caller, "the caller";
        "lan" => Host::Lan, "the host on the server's network";
    }

    /// The state of a circuit; the value: on.
    pub(crate) STATES: bool {
        "on" => true, "on";
        "off" => false, "off";
    }

    /// Who answers ARP.
    pub(crate) OWNERS: ArpOwner {
        "server" => ArpOwner::Server, "the server, by its own link-layer address";
        "nobody" => ArpOwner::Nobody, "nobody answers";
    }

    /// How a modem prints caller ID.
    pub(crate) STYLES: CallerIdStyle {
        "blanks" => CallerIdStyle::Blanks, "`NMBR = 5551234` (V.253, Rockwell)";
        "no-blanks" => CallerIdStyle::NoBlanks, "`NMBR=5551234`";
        "zyxel" => CallerIdStyle::Zyxel, "`FM:5551234`";
        "elsa" => CallerIdStyle::Elsa, "`RING;5551234` in place of `RING`";
        "clip" => CallerIdStyle::Clip, "`+CLIP: \"5551234\",129`";
        "words" => CallerIdStyle::Words, "`CALLER NUMBER: 5551234`";
        "slash" => CallerIdStyle::Slash, "`RING/5551234` in place of `RING`";
        "dle" => CallerIdStyle::Dle, "events shielded by DLE (V.253)";
        "digits" => CallerIdStyle::Digits, "the number alone";
    }

    /// How a modem tells patterns of ringing apart.
    pub(crate) RINGS: DistinctiveRing {
        "none" => DistinctiveRing::None, "not at all";
        "letter" => DistinctiveRing::Letter, "`RING A`, `RING B`";
        "number" => DistinctiveRing::Number, "`RING 1`, `RING 2`";
        "cadence" => DistinctiveRing::Cadence, "`DRON=`, `DROF=` (V.253, `+VDR`)";
    }
}
