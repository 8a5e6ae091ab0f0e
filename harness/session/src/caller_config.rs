//! The caller that a scenario's `ppp` describes, as whoever plays it is set up.

use offhook_caller::CallerConfig;
use offhook_ppp::ccp::Method;
use offhook_ppp::frame::Compression;
use offhook_ppp::ipcp::VanJacobson;
use offhook_ppp::lcp::MagicNumber;
use offhook_ppp::link::{Echo, Opening, Quality};
use offhook_ppp::mppe::Strength;
use offhook_scenario::{AcceptedAuth, Compress, EchoRequests, Magic, PppClient, QualityReports, Start};

/// The caller that `ppp` describes.
pub fn caller(client: &PppClient, seed: u64, call: usize) -> CallerConfig {
    CallerConfig {
        user: client.user.clone(),
        password: client.password.clone(),
        address: client.address,
        ask_dns: client.ask_dns,
        ask_wins: client.ask_wins,
        ip: client.ip,
        mru: Some(client.mru),
        accm: client.accm,
        magic: match client.magic {
            Magic::Random => MagicNumber::Random,
            Magic::Fixed(magic) => MagicNumber::Fixed(magic),
            Magic::None => MagicNumber::None,
        },
        compression: Compression { acfc: client.acfc, pfc: client.pfc },
        opening: match client.start {
            Start::Active => Opening::Active,
            Start::Passive => Opening::Passive,
            Start::Silent => Opening::Silent,
        },
        echo: client.echo.map(|EchoRequests { interval, failure }| Echo { interval, failures: failure }),
        quality: client.quality.map(|QualityReports { period, loss, bad, of, ends }| Quality {
            period,
            loss,
            bad,
            of,
            ends,
        }),
        ipv6: client.ipv6,
        vj: client.vj_slots.map(|slots| {
            let last = u8::try_from(slots.saturating_sub(1)).unwrap_or(u8::MAX);
            VanJacobson { max_slot: last, ..VanJacobson::DEFAULT }
        }),
        compress: client.compress.map(methods).unwrap_or_default(),
        // Every call has a Magic-Number of its own.
        magic_seed: seed.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(call as u64 + 1),
        auth: match client.auth {
            AcceptedAuth::Any => offhook_caller::AuthChoice::Any,
            AcceptedAuth::Pap => offhook_caller::AuthChoice::Pap,
            AcceptedAuth::Chap => offhook_caller::AuthChoice::Chap,
            AcceptedAuth::MsChapFirst => offhook_caller::AuthChoice::MsChapFirst,
            AcceptedAuth::MsChap => offhook_caller::AuthChoice::MsChap,
            AcceptedAuth::MsChapV2 => offhook_caller::AuthChoice::MsChapV2,
            AcceptedAuth::Eap => offhook_caller::AuthChoice::Eap,
            AcceptedAuth::All => offhook_caller::AuthChoice::All,
        },
        delay: client.delay,
        restart: client.restart,
        insist: client.insist,
        no_address: client.no_address,
        callback: client.callback,
        callback_number: client.callback_number.clone(),
        miss_echo: client.miss_echo,
    }
}

/// What is asked for by CCP, the best first.
fn methods(compress: Compress) -> Vec<Method> {
    const ANY: [Strength; 3] = [Strength::Bits40, Strength::Bits56, Strength::Bits128];
    match compress {
        Compress::Deflate => vec![Method::DEFLATE, Method::DEFLATE_DRAFT],
        Compress::DeflateDraft => vec![Method::DEFLATE_DRAFT],
        Compress::Bsd => vec![Method::BSD],
        Compress::Mppe => vec![Method::mppe(&ANY, true)],
        Compress::Mppe40 => vec![Method::mppe(&[Strength::Bits40], true)],
        Compress::Mppe56 => vec![Method::mppe(&[Strength::Bits56], true)],
        Compress::Mppe128 => vec![Method::mppe(&[Strength::Bits128], true)],
        Compress::MppeStateful => vec![Method::mppe(&ANY, false)],
    }
}
