//! The speeds that mgetty can set a port to.

/// Speeds mgetty takes: those termios has that its table (tio.c) has too.
pub const SPEEDS: [u32; 19] = [
    50, 75, 110, 134, 150, 200, 300, 600, 1200, 1800, 2400, 4800, 9600, 19_200, 38_400, 57_600, 115_200, 230_400,
    460_800,
];
