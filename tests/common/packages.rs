//! The packages that offhook is made of, as Cargo.lock has them: `cargo metadata`, without a network.
#![allow(dead_code, reason = "every test file uses a part of it")]

use std::fs;

use cargo_metadata::{CargoOpt, Metadata, MetadataCommand, Package};
use serde::Deserialize;
use spdx::{Expression, LicenseReq, Licensee, ParseMode};

use crate::common::root;

/// Our crates and all that they depend on, on this machine's kind of system; tests' dependencies too.
pub(crate) fn metadata() -> Metadata {
    MetadataCommand::new()
        .cargo_path(env!("CARGO"))
        .manifest_path(root().join("Cargo.toml"))
        .features(CargoOpt::AllFeatures)
        .other_options(["--locked", "--offline", "--filter-platform", "host-tuple"].map(str::to_owned))
        .exec()
        .unwrap()
}

/// Packages of other people.
pub(crate) fn foreign(metadata: &Metadata) -> impl Iterator<Item = &Package> {
    metadata.packages.iter().filter(|package| !metadata.workspace_members.contains(&package.id))
}

#[derive(Deserialize)]
struct Deny {
    licenses: Licenses,
}

#[derive(Deserialize)]
struct Licenses {
    allow: Vec<String>,
}

/// The licences that deny.toml allows, the preferred first.
pub(crate) fn allowed() -> Vec<Licensee> {
    let text = fs::read_to_string(root().join("deny.toml")).unwrap();
    let deny: Deny = toml::from_str(&text).unwrap();
    deny.licenses.allow.iter().map(|name| Licensee::parse(name).unwrap()).collect()
}

/// The licences that a package is used by: as few of the allowed as its expression asks for, or why there are none.
pub(crate) fn used_by(package: &Package, allowed: &[Licensee]) -> Result<Vec<LicenseReq>, String> {
    let Some(license) = &package.license else {
        return Err(format!("{} names no licence: {}", package.id, package.manifest_path));
    };
    // Lax: older packages write MIT/Apache-2.0.
    let expression = Expression::parse_mode(license, ParseMode::LAX)
        .map_err(|error| format!("{}: the licence {license:?} cannot be read: {error}", package.id))?;
    expression
        .minimized_requirements(allowed)
        .map_err(|_| format!("{}: {license} is not allowed by deny.toml", package.id))
}
