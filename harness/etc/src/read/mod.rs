//! Readers: each takes a file as the program takes that reads it in earnest, with all its quirks, and never fails.
//!
//! What the program would refuse comes out as a problem beside what it would understand.

pub mod accounts;
pub mod allowed;
pub mod dialin;
pub mod direct;
pub mod forwarding;
pub mod hosts;
pub mod inittab_units;
pub mod lan;
pub mod login_config;
pub mod mgetty_command;
pub mod mgetty_config;
pub mod number;
mod option_kind;
mod option_rows;
pub mod option_table;
pub mod option_value;
pub mod options;
pub mod pam;
pub mod plugins;
pub mod pppd_command;
pub mod program;
pub mod prompt;
pub mod secrets;
pub mod shell;
pub mod version;
pub mod words;
