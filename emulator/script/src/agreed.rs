//! What two Configure-Requests of LCP have agreed on, as a link's settings (RFC 1661 §6).

use offhook_ppp::auth::Method;
use offhook_ppp::lcp::{LcpOption, Settings};
use offhook_ppp::options::Options;

/// Settings of our end and of the peer's, and what authentication the peer asked for that a link can carry out.
pub fn agreed_settings(own: &[u8], peer: &[u8]) -> (Settings, Settings, Option<Method>) {
    let (own, asked) = settings(own);
    let (peer, asked_by_peer) = settings(peer);
    (own, peer, asked_by_peer.or(asked))
}

fn settings(options: &[u8]) -> (Settings, Option<Method>) {
    let (mut settings, mut method) = (Settings::DEFAULT, None);
    for option in Options::new(options).map_while(Result::ok) {
        match LcpOption::parse(option) {
            LcpOption::Mru(mru) => settings.mru = mru,
            LcpOption::Accm(accm) => settings.accm = accm,
            LcpOption::Magic(magic) => settings.magic = Some(magic),
            LcpOption::Pfc => settings.pfc = true,
            LcpOption::Acfc => settings.acfc = true,
            LcpOption::Authentication([0xc0, 0x23]) => method = Some(Method::Pap),
            LcpOption::Authentication([0xc2, 0x23, 5]) => method = Some(Method::Chap),
            _ => {}
        }
    }
    (settings, method)
}
