//! PPP as a subject of learning: abstract inputs to octets and octets to abstract outputs.
//!
//! - [`symbol`]: what is said, in the words of RFC 1661 §4.3 and §4.4.
//! - [`subject`]: who is asked; [`link`] is one, [`Link`](offhook_ppp::link::Link) in virtual time.
//! - [`mapper`]: the peer of the subject. It makes octets of inputs and outputs of octets, and plays the rest of a peer.
//! - [`player`]: words of inputs played to a subject, a [`Teacher`](crate::teacher::Teacher).
//! - [`mod@table`] and [`auth_rules`]: what the RFCs say over the same alphabet; [`reference`](mod@reference) is its form, and that of a machine learnt earlier.
//! - [`compare`](mod@compare): each difference with the shortest word that shows it.
//! - [`examination`]: all of that together.
//! - [`document`]: a machine as JSON, graph and table; [`drawing`]: as SVG.

pub mod auth_rules;
mod companion;
pub mod compare;
pub mod document;
pub mod drawing;
pub mod examination;
pub mod layer;
pub mod link;
pub mod mapper;
pub mod observer;
pub mod player;
pub mod reference;
pub mod script;
pub mod shown;
pub mod subject;
pub mod symbol;
pub mod table;
pub mod words;
