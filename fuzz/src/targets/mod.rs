//! The targets, one file each.

mod answerer;
mod archive;
mod capture;
mod compression;
mod decode;
mod etc;
mod exchange;
mod hdlc;
mod kdl;
mod link;
mod modem;
mod packets;
mod telnet;

use crate::Target;

/// All of them.
pub static TARGETS: &[Target] = &[
    hdlc::TARGET,
    link::TARGET,
    answerer::TARGET,
    telnet::TARGET,
    modem::TARGET,
    exchange::TARGET,
    kdl::TARGET,
    etc::OPTIONS,
    etc::INIT,
    archive::TARGET,
    capture::TARGET,
    decode::TARGET,
    packets::TARGET,
    compression::VJ,
    compression::DEFLATE,
    compression::BSD,
    compression::MPPE,
];
