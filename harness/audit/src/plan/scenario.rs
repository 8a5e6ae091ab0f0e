//! Probes as a scenario for the lab: calls that follow one another, of verbs that cannot fail where that is possible.

use std::time::Duration;

use super::{Aim, Credential, MOST_RINGS, Probe};
use crate::effective::Port;
use crate::unix;
use offhook_base::Span;
use offhook_etc::Etc;
use offhook_scenario::{
    AcceptedAuth, Act, AuthProtocol, Call, Client, ClientProgram, Personality, Port as ScenarioPort, PppClient,
    Scenario, Server, Step, Verb,
};

/// From here on the answer is waited for on its own: PPP's and login's patience ends earlier.
const LONG_RINGING: u32 = 8;

/// How long a caller who calls again after carrier was lost lets it ring: as long as people do.
pub const AGAIN: Duration = Duration::from_secs(120);

/// From one ring to the next.
const RING: Duration = Duration::from_secs(6);

/// From the answer to carrier, at most.
const TRAINING: Duration = Duration::from_secs(15);

/// What a program needs to dial, to train and to bring PPP up.
const DIALLING: Duration = Duration::from_secs(60);

/// After a denied call mgetty hears nobody for 8 s of silence.
pub(super) const AFTER_DENIAL: Duration = Duration::from_secs(20);

/// The scenario that makes those probes on that port, one after the other, through that modem.
pub fn scenario(etc: &Etc, port: &Port, probes: &[Probe], stack: &str, modem: &Personality) -> Scenario {
    let mut served = ScenarioPort::new(port.device.clone());
    served.modem.personality = modem.clone();
    served.direct = port.direct.value;
    let mut etc = etc.clone();
    for (name, password) in probes.iter().filter(|probe| probe.unix).filter_map(|probe| probe.credentials.as_ref()) {
        unix::set_password(&mut etc, name, &password.0);
    }
    let server = Server { ports: vec![served], etc: Some(etc), ..Server::default() };
    let mut after = Duration::ZERO;
    let mut acts = Vec::new();
    for probe in probes {
        if probe.aim == Aim::Again {
            after = probe.stays;
        }
        acts.push(Act::Calls(vec![call(port, probe, after)]));
        after = if probe.expected.answered.is_some() { Duration::ZERO } else { AFTER_DENIAL };
    }
    let name = format!("the callers of {}", port.device);
    Scenario { stacks: vec![stack.to_owned()], ..Scenario::new(name, server, acts) }
}

fn call(port: &Port, probe: &Probe, after: Duration) -> Call {
    let step = |verb| Step { span: Span::default(), verb, deviations: Vec::new(), known_failures: Vec::new() };
    let wait = |time| step(Verb::Wait { time: Some(time) });
    let mut call = Call { from: probe.from.clone(), after, ..Call::new(port.device.clone()) };
    let ringing = RING * rings_tried(port);
    if let Some(client) = client(probe) {
        // It dials by itself, and does what its files say.
        call.with = Some(client);
        call.steps.push(wait(ringing + DIALLING + probe.stays));
        return call;
    }
    if probe.aim == Aim::Again {
        call.ready = false;
        call.steps
            .push(step(Verb::Ring { count: u32::try_from(AGAIN.as_secs() / RING.as_secs()).unwrap_or(u32::MAX) }));
        call.steps.push(wait(AGAIN + TRAINING));
        return call;
    }
    if !port.direct.value {
        call.steps.push(step(Verb::Ring { count: rings_tried(port) }));
    }
    if matches!(probe.aim, Aim::CallerId(_)) {
        // Long enough for every ring, and for training if somebody answers.
        call.steps.push(wait(ringing + TRAINING));
        return call;
    }
    if !port.direct.value && port.rings.value > LONG_RINGING {
        call.steps.push(step(Verb::ExpectAnswer { rings: None }));
    }
    let (user, password) = match &probe.credentials {
        Some((user, Credential(password))) => (Some(user.clone()), Some(password.clone())),
        None => (None, None),
    };
    match (&probe.aim, user) {
        (Aim::ByPrompt(..), user) => {
            if port.direct.value {
                call.steps.push(step(Verb::Type { text: String::new(), enter: true }));
            }
            call.steps.push(step(Verb::Login { user: user.unwrap_or_default(), password: None }));
            let (auth, address) = (AcceptedAuth::Any, probe.brings);
            call.steps.push(step(Verb::Ppp(PppClient { auth, address, ..PppClient::default() })));
            call.steps.push(wait(probe.stays));
        }
        (Aim::TextLogin(_), Some(user)) => {
            if port.direct.value {
                // Nobody rings there: mgetty waits for the first octet before it prompts.
                call.steps.push(step(Verb::Type { text: String::new(), enter: true }));
            }
            call.steps.push(step(Verb::Login { user, password: password.filter(|password| !password.is_empty()) }));
        }
        (_, user) => {
            let auth = match probe.protocol {
                Some(AuthProtocol::Pap) => AcceptedAuth::Pap,
                Some(AuthProtocol::Chap) => AcceptedAuth::Chap,
                None | Some(AuthProtocol::MsChap | AuthProtocol::MsChapV2 | AuthProtocol::Eap) => AcceptedAuth::Any,
            };
            let address = probe.brings;
            call.steps.push(step(Verb::Ppp(PppClient { user, password, auth, address, ..PppClient::default() })));
            call.steps.push(wait(probe.stays));
        }
    }
    if probe.aim == Aim::Lost {
        call.steps.push(step(Verb::DropCarrier));
        // The call that follows is not to find the line as the caller leaves it, but as the server does.
        call.steps.push(wait(Duration::ZERO));
    }
    call
}

/// The program that calls where offhook's own caller does not speak the protocol: the stack's pppd.
fn client(probe: &Probe) -> Option<Client> {
    let protocol = probe.protocol.filter(|protocol| !matches!(protocol, AuthProtocol::Pap | AuthProtocol::Chap))?;
    let account = probe.credentials.as_ref().map(|(user, Credential(password))| (user.clone(), password.clone()))?;
    let refused = match protocol {
        AuthProtocol::Eap => ["refuse-pap", "refuse-chap", "refuse-mschap", "refuse-mschap-v2"].as_slice(),
        _ => ["refuse-pap", "refuse-chap", "refuse-eap"].as_slice(),
    };
    let mut options: Vec<String> = refused.iter().map(ToString::to_string).collect();
    options.extend(["noipv6", "noauth"].map(str::to_owned));
    options.extend(probe.brings.map(|address| format!("{address}:")));
    Some(Client { options, account: Some(account), ..Client::new(ClientProgram::Pppd) })
}

/// Rings a probe waits: some more than the server needs.
fn rings_tried(port: &Port) -> u32 {
    port.rings.value.saturating_add(2).min(MOST_RINGS + 2)
}
