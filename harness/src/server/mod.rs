//! The server under test: its configuration as files, its init, and what is observed of it where it is.

pub mod change;
pub mod files;
pub mod init;
pub mod inittab;
pub mod interfaces;
pub mod logs;
pub mod page;
pub mod restart;
pub mod served;
pub mod tree;
pub mod units;
pub mod users;
pub mod utmp;
pub mod written;
