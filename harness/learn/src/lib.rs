//! The state machine that a PPP implementation really has, learnt from its answers and laid beside RFC 1661.
//!
//! - [`mealy`], [`teacher`], [`suite`] and [`learner`] know no PPP: questions to anything that can be reset lead to the smallest
//!   machine that explains the answers.
//! - [`layout`] finds a place on paper for the nodes of any graph.
//! - [`ppp`] makes such a thing of a PPP implementation.

pub mod layout;
pub mod learner;
pub mod mealy;
pub mod ppp;
pub mod suite;
pub mod teacher;
mod tree;
