//! Exploration in the lab: scenarios run as they are, disturbed at every moment, and what their servers do not survive.
//!
//! [`matter`] runs the scenarios as they are, [`run`] a campaign of trials, [`written`] leaves a scenario with its evidence for
//! each cause; [`known`] reads what is known of servers, [`told`] and [`json`] tell what was found.

pub mod json;
pub mod known;
pub mod matter;
pub mod run;
pub mod told;
pub mod written;
