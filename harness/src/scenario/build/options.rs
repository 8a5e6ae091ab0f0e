//! PPP options, of the server and of a port.

use super::super::problem::{Fault, Problem};
use super::super::shape::Item;
use super::super::value::Value;
use super::super::{Auth, AutoPpp, ControlLines, Ppp};

/// The options for all ports, and whether PPP is recognised at the prompt, which stands among them.
pub(super) fn build_server_ppp(item: &Item, problems: &mut Vec<Problem>) -> (Ppp, AutoPpp) {
    let auto = match item.child("auto-ppp").and_then(|auto| auto.argument(0)) {
        Some(Value::Flag(false)) => AutoPpp::Off,
        _ => AutoPpp::On,
    };
    (build_ppp(item, problems), auto)
}

/// A port's own options.
pub(super) fn build_port_ppp(item: &Item, problems: &mut Vec<Problem>) -> Ppp {
    if let Some(auto) = item.child("auto-ppp") {
        let message = "`auto-ppp` is for all ports: login.config has one line for it";
        let problem = Problem::new(Fault::MisplacedWord, message, auto.span, "not in a port's `ppp`");
        problems.push(problem.help("it belongs in the `ppp` of the server"));
    }
    build_ppp(item, problems)
}

fn build_ppp(item: &Item, problems: &mut Vec<Problem>) -> Ppp {
    let (mut local, mut remote) = (None, None);
    if let Some(addresses) = item.child("addresses") {
        (local, remote) = (addresses.address("local"), addresses.address("remote"));
        if local.or(remote).is_none() && addresses.sound {
            let message = "`addresses` needs `local`, `remote` or both";
            let problem = Problem::new(Fault::MissingProperty, message, addresses.span, "neither here");
            problems.push(problem.help("like this: addresses local=\"192.168.32.1\" remote=\"192.168.32.105\""));
        }
    }
    let auth = item.child("require-auth").and_then(|auth| match auth.argument_text(0).as_str() {
        "pap" => Some(Auth::Pap),
        "chap" => Some(Auth::Chap),
        "always" => Some(Auth::Always),
        "never" => Some(Auth::Never),
        _ => None,
    });
    let control_lines = item.child("control-lines").and_then(|lines| match lines.argument_text(0).as_str() {
        "local" => Some(ControlLines::Local),
        "modem" => Some(ControlLines::Modem),
        _ => None,
    });
    Ppp {
        local,
        remote,
        netmask: item.child("netmask").and_then(|netmask| netmask.addresses().first().copied()),
        auth,
        unix_auth: item.child("unix-auth").is_some(),
        idle: item.child("idle").and_then(|idle| match idle.argument(0) {
            Some(Value::Time(time)) => Some(*time),
            _ => None,
        }),
        dns: item.child("dns").map(Item::addresses).unwrap_or_default(),
        proxy_arp: item.child("proxy-arp").is_some(),
        lock: item.child("lock").is_some(),
        control_lines,
        ipv6: item.child("ipv6").and_then(|ipv6| match ipv6.argument(0) {
            Some(Value::Flag(flag)) => Some(*flag),
            _ => None,
        }),
        extra: item.children("option").flat_map(Item::texts).collect(),
    }
}
