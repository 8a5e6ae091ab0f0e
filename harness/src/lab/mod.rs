//! To be written.
#![allow(missing_docs)]
use std::path::PathBuf;
#[derive(Debug, thiserror::Error)] #[error("x")] pub struct LabError;
pub struct Lab;
pub const STACKS: &[&str] = &["bookworm","trixie"];
pub fn ensure(_:&[String])->Result<Lab,LabError>{Ok(Lab)}
pub fn status()->Result<String,LabError>{Ok(String::new())}
pub fn clean()->Result<String,LabError>{Ok(String::new())}
pub fn guest_memory_dir()->Result<PathBuf,LabError>{Ok("/dev/shm".into())}
impl Lab { pub fn fingerprint(&self,_:&str)->crate::run::Fingerprint{Default::default()} pub fn root(&self,s:&str)->PathBuf{format!("/tmp/offhook-cache/stack/{s}-proto/root").into()} pub fn kernel_image(&self)->PathBuf{"/tmp/offhook-cache/kernel/proto/linux".into()} pub fn run_dir(&self)->Result<PathBuf,LabError>{Ok(format!("/tmp/offhook-cache/run/{}",std::process::id()).into())} }
