//! The server under test: its configuration as files, its init, and what is observed of it where it is.

pub mod change;
pub mod exit_status;
pub mod files;
pub mod init;
pub mod interfaces;
pub mod logs;
mod own;
pub mod page;
pub mod users;
pub mod utmp;
pub mod written;
