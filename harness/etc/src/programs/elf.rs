//! What a program needs to be started: the machine it is for, its loader and its libraries (elf(5)), or its interpreter.
//!
//! In go a file's octets, which may be anything; out comes a [`Needs`]. Only what a loader would look at is looked at, and
//! whatever lies outside of the file counts as not there.

/// What a program needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Needs {
    /// A script: its interpreter, and with `env` the name that is looked for.
    Interpreter(Vec<String>),
    /// A binary.
    Binary(Binary),
    /// Neither: a shell may read it.
    Unknown,
}

/// A binary.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Binary {
    /// What it is for, if that is not x86-64.
    pub foreign: Option<&'static str>,
    /// Its loader; `None`: it needs none.
    pub loader: Option<String>,
    /// The libraries that it names.
    pub libraries: Vec<String>,
}

/// Machines by their number (elf.h), 32 and 64 bits.
const MACHINES: &[(u16, &str)] = &[
    (3, "32-bit x86"),
    (8, "MIPS"),
    (20, "32-bit PowerPC"),
    (21, "64-bit PowerPC"),
    (22, "IBM Z"),
    (40, "32-bit ARM"),
    (183, "64-bit ARM"),
    (243, "RISC-V"),
];
const X86_64: u16 = 62;
/// Segments and entries of the dynamic section that are looked at, and names of libraries.
const MOST: usize = 1000;

/// What that program needs.
pub fn needs(octets: &[u8]) -> Needs {
    if let Some(line) = octets.strip_prefix(b"#!") {
        let line = line.iter().copied().take_while(|octet| *octet != b'\n').take(255).collect::<Vec<_>>();
        let line = String::from_utf8_lossy(&line).into_owned();
        let mut words = line.split_whitespace().map(str::to_owned);
        let Some(interpreter) = words.next() else { return Needs::Unknown };
        let env = interpreter.rsplit('/').next() == Some("env");
        let name = words.find(|word| !word.starts_with('-') && !word.contains('=')).filter(|_| env);
        return Needs::Interpreter(std::iter::once(interpreter).chain(name).collect());
    }
    if octets.starts_with(b"\x7fELF") {
        Needs::Binary(File(octets).binary().unwrap_or_default())
    } else {
        Needs::Unknown
    }
}

struct File<'a>(&'a [u8]);

impl File<'_> {
    fn number<const N: usize>(&self, at: u64) -> Option<u64> {
        let at = usize::try_from(at).ok()?;
        let octets = self.0.get(at..at.checked_add(N)?)?;
        Some(octets.iter().rev().fold(0, |number, octet| number << 8 | u64::from(*octet)))
    }

    fn text(&self, at: u64) -> Option<String> {
        let rest = self.0.get(usize::try_from(at).ok()?..)?;
        let text: Vec<u8> = rest.iter().copied().take_while(|octet| *octet != 0).take(MOST).collect();
        String::from_utf8(text).ok().filter(|text| !text.is_empty())
    }

    fn binary(&self) -> Option<Binary> {
        let (class, order) = (*self.0.get(4)?, *self.0.get(5)?);
        // Numbers in the other order: what they say is read all the same.
        let machine = u16::try_from(self.number::<2>(18)?).ok()?;
        let machine = if order == 1 { machine } else { machine.swap_bytes() };
        if class != 2 || order != 1 || machine != X86_64 {
            let known = MACHINES.iter().find(|(number, _)| *number == machine);
            return Some(Binary {
                foreign: Some(known.map_or("another processor", |(_, name)| name)),
                ..Binary::default()
            });
        }
        let mut binary = Binary::default();
        let (table, size, count) = (self.number::<8>(32)?, self.number::<2>(54)?, self.number::<2>(56)?);
        let mut segments = Vec::new();
        for index in 0..count.min(MOST as u64) {
            let Some(at) = index.checked_mul(size).and_then(|offset| table.checked_add(offset)) else { break };
            let fields = (self.number::<4>(at), self.number::<8>(at.saturating_add(8)));
            let (Some(kind), Some(offset)) = fields else { break };
            let address = self.number::<8>(at.saturating_add(16)).unwrap_or_default();
            let length = self.number::<8>(at.saturating_add(32)).unwrap_or_default();
            segments.push(Segment { kind, offset, address, length });
        }
        binary.loader = segments.iter().find(|segment| segment.kind == 3).and_then(|segment| self.text(segment.offset));
        binary.libraries = self.libraries(&segments);
        Some(binary)
    }

    /// The names of the dynamic section, which lie in a table that it says the address of.
    fn libraries(&self, segments: &[Segment]) -> Vec<String> {
        let Some(dynamic) = segments.iter().find(|segment| segment.kind == 2) else { return Vec::new() };
        let entry = |index: u64| {
            let at = dynamic.offset.checked_add(index * 16)?;
            Some((self.number::<8>(at)?, self.number::<8>(at.checked_add(8)?)?))
        };
        let entries = (0..MOST as u64).map_while(entry).take_while(|(tag, _)| *tag != 0);
        let entries: Vec<(u64, u64)> = entries.collect();
        let strings = entries.iter().find(|(tag, _)| *tag == 5).and_then(|(_, address)| {
            let holds = |segment: &&Segment| {
                segment.kind == 1 && (segment.address..segment.address.saturating_add(segment.length)).contains(address)
            };
            let segment = segments.iter().find(holds)?;
            (address - segment.address).checked_add(segment.offset)
        });
        let Some(strings) = strings else { return Vec::new() };
        let needed = entries.iter().filter(|(tag, _)| *tag == 1);
        needed.filter_map(|(_, name)| self.text(strings.checked_add(*name)?)).collect()
    }
}

/// A segment: its kind, where it is in the file, where in memory, and how long in the file.
struct Segment {
    kind: u64,
    offset: u64,
    address: u64,
    length: u64,
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use super::*;

    #[test]
    fn a_script_needs_its_interpreter() {
        let words = |text: &str| match needs(text.as_bytes()) {
            Needs::Interpreter(words) => words,
            other => panic!("{other:?}"),
        };
        assert_eq!(words("#!/bin/sh -e\nexit\n"), ["/bin/sh"]);
        assert_eq!(words("#! /usr/bin/env -S LANG=C perl -w\n"), ["/usr/bin/env", "perl"]);
        assert_eq!(needs(b"#!\n"), Needs::Unknown);
        assert_eq!(needs(b"echo hi\n"), Needs::Unknown);
    }

    #[test]
    fn a_binary_names_its_loader_and_its_libraries() {
        // The test itself: a program of this machine, which is linked with the C library.
        let this = std::fs::read(std::env::current_exe().unwrap()).unwrap();
        let Needs::Binary(binary) = needs(&this) else { panic!("no binary") };
        if cfg!(target_arch = "x86_64") {
            assert_eq!(binary.foreign, None);
            assert!(binary.loader.is_some_and(|loader| loader.contains("ld-linux")));
            assert!(binary.libraries.iter().any(|library| library.starts_with("libc.so")), "{:?}", binary.libraries);
        } else {
            assert!(binary.foreign.is_some());
        }
    }

    #[test]
    fn a_binary_of_another_processor_is_known_and_nonsense_is_read_without_harm() {
        let mut header = vec![0; 64];
        header[..6].copy_from_slice(b"\x7fELF\x02\x01");
        header[18] = 183;
        let foreign = |octets: &[u8]| match needs(octets) {
            Needs::Binary(binary) => binary.foreign,
            other => panic!("{other:?}"),
        };
        assert_eq!(foreign(&header), Some("64-bit ARM"));
        header[18] = 62;
        header[32..40].copy_from_slice(&u64::MAX.to_le_bytes());
        header[54..58].copy_from_slice(&[0xff; 4]);
        assert_eq!(needs(&header), Needs::Binary(Binary::default()));
        assert_eq!(needs(b"\x7fELF"), Needs::Binary(Binary::default()));
    }
}
