//! The build script is the program.
//!
//! Guests need a program of their own: small, and there for whoever uses offhook as a library, whose executable is not ours.
//! Cargo builds no executables of dependencies, but it does build and link their build scripts. So this one is two things: run by
//! Cargo, without arguments, it copies itself, stripped, to where `src/lib.rs` takes it from; run with arguments it is
//! what [`offhook_guest::main`] makes of them.

use std::collections::hash_map::DefaultHasher;
use std::error::Error;
use std::fs::File;
use std::hash::{Hash, Hasher};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::{env, fs};

use liblzma::write::XzEncoder;

/// xz's own choice of effort.
const LEVEL: u32 = 6;

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().collect();
    if let Some(code) = offhook_guest::main(&arguments) {
        return code;
    }
    match copied() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("making process 1 of guests: {error}");
            ExitCode::FAILURE
        }
    }
}

fn copied() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    let program = PathBuf::from(env::var_os("OUT_DIR").ok_or("Cargo gave no OUT_DIR")?).join("offhook-init");
    stripped(&env::current_exe()?, &program)?;
    let octets = fs::read(&program)?;
    let mut hasher = DefaultHasher::new();
    octets.hash(&mut hasher);
    let carried = if env::var_os("PROFILE").is_some_and(|profile| profile == "release") {
        let compressed = program.with_extension("xz");
        let mut encoder = XzEncoder::new(File::create(&compressed)?, LEVEL);
        encoder.write_all(&octets)?;
        encoder.finish()?;
        compressed
    } else {
        program
    };
    println!("cargo::rustc-env=OFFHOOK_INIT={}", carried.display());
    println!("cargo::rustc-env=OFFHOOK_INIT_KEY={:016x}", hasher.finish());
    Ok(())
}

/// Without symbols and debugging information, as far as this machine has `strip`, which comes with its linker.
fn stripped(from: &Path, to: &Path) -> Result<(), Box<dyn Error>> {
    match Command::new("strip").arg("--strip-all").arg("-o").arg(to).arg(from).status() {
        Ok(status) if status.success() => Ok(()),
        _ => {
            fs::copy(from, to)?;
            println!(
                "cargo::warning=there is no `strip` (binutils) here: process 1 of guests stays larger than it need be"
            );
            Ok(())
        }
    }
}
