//! The targets, one file each.

mod archive;
mod capture;
mod decode;
mod etc;
mod exchange;
mod hdlc;
mod kdl;
mod link;
mod modem;
mod telnet;

use crate::Target;

/// All of them.
pub static TARGETS: &[Target] = &[
    hdlc::TARGET,
    link::TARGET,
    telnet::TARGET,
    modem::TARGET,
    exchange::TARGET,
    kdl::TARGET,
    etc::OPTIONS,
    etc::INIT,
    archive::TARGET,
    capture::TARGET,
    decode::TARGET,
];
