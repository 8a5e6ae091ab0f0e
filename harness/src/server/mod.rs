//! The server under test: its configuration as files, its init, and what is observed of it where it is.

pub mod files;
pub mod init;
pub mod inittab;
pub mod interfaces;
pub mod logs;
pub mod served;
pub mod tree;
