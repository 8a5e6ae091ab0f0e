//! The order of what stands in each layer, and how far to the right it stands.
//!
//! In: layers with what they are connected to. Out: the same with few crossings, each cell near the middle of its neighbours.

use super::Layers;

/// Room between what stands in one layer.
const BETWEEN: f64 = 18.0;
/// How often the order within layers is improved, from the top and from the bottom.
const SWEEPS: usize = 24;
/// How often places within layers are evened out.
const EVENINGS: usize = 60;

impl Layers {
    /// Finds an order within layers with few crossings: each cell in the middle of its neighbours, the best of all sweeps kept.
    pub(super) fn order(&mut self) {
        let mut best = (self.crossings(), self.layers.clone());
        for sweep in 0..SWEEPS {
            let down = sweep % 2 == 0;
            let count = self.layers.len();
            for step in 1..count {
                let layer = if down { step } else { count - 1 - step };
                self.sort(layer, down);
            }
            let crossings = self.crossings();
            if crossings < best.0 {
                best = (crossings, self.layers.clone());
            }
        }
        self.layers = best.1;
    }

    fn sort(&mut self, layer: usize, from_above: bool) {
        let beside = if from_above { layer - 1 } else { layer + 1 };
        let mut places = vec![0.0; self.cells.len()];
        for (place, cell) in self.layers[beside].iter().enumerate() {
            places[*cell] = place as f64;
        }
        let neighbours = if from_above { &self.up } else { &self.down };
        let wanted = |(place, cell): (usize, &usize)| {
            let near = &neighbours[*cell];
            let mean = near.iter().map(|cell| places[*cell]).sum::<f64>() / near.len() as f64;
            // Without a neighbour there it stays about where it is.
            let scale = self.layers[beside].len() as f64 / self.layers[layer].len() as f64;
            (if near.is_empty() { place as f64 * scale } else { mean }, *cell)
        };
        let mut wanted: Vec<(f64, usize)> = self.layers[layer].iter().enumerate().map(wanted).collect();
        wanted.sort_by(|one, other| one.0.total_cmp(&other.0));
        self.layers[layer] = wanted.into_iter().map(|(_, cell)| cell).collect();
    }

    /// How often edges cross between all layers.
    fn crossings(&self) -> usize {
        let mut places = vec![0; self.cells.len()];
        self.layers.iter().for_each(|layer| layer.iter().enumerate().for_each(|(place, cell)| places[*cell] = place));
        let mut count = 0;
        for layer in &self.layers {
            let edges: Vec<(usize, usize)> = layer
                .iter()
                .flat_map(|cell| self.down[*cell].iter().map(|low| (places[*cell], places[*low])))
                .collect();
            for (number, one) in edges.iter().enumerate() {
                count += edges[number + 1..].iter().filter(|other| one.0 < other.0 && one.1 > other.1).count();
            }
        }
        count
    }

    /// Finds places within layers: each cell moves towards the middle of its neighbours as far as those beside it let it.
    pub(super) fn place(&mut self) {
        for layer in self.layers.clone() {
            let mut x = 0.0;
            for cell in layer {
                x += self.cells[cell].size.width / 2.0;
                self.cells[cell].x = x;
                x += self.cells[cell].size.width / 2.0 + BETWEEN;
            }
        }
        for evening in 0..EVENINGS {
            for number in 0..self.layers.len() {
                let layer = if evening % 2 == 0 { number } else { self.layers.len() - 1 - number };
                self.even(layer);
            }
        }
    }

    /// Moves the cells of a layer to where they want to be, those that would overlap together (as a block, by their mean).
    fn even(&mut self, layer: usize) {
        let row = self.layers[layer].clone();
        let mut offset = 0.0;
        // Blocks of cells that touch: how many, the sum of where they want to be without the room before them.
        let mut blocks: Vec<(usize, f64)> = Vec::new();
        let mut offsets = Vec::new();
        for (place, cell) in row.iter().enumerate() {
            if place > 0 {
                let widths = self.cells[row[place - 1]].size.width + self.cells[*cell].size.width;
                offset += widths / 2.0 + BETWEEN;
            }
            offsets.push(offset);
            blocks.push((1, self.wanted(*cell) - offset));
            while let [.., (before, sum), (count, more)] = blocks[..] {
                if sum / before as f64 <= more / count as f64 {
                    break;
                }
                blocks.pop();
                if let Some(last) = blocks.last_mut() {
                    *last = (before + count, sum + more);
                }
            }
        }
        let wanted = blocks.iter().flat_map(|(count, sum)| std::iter::repeat_n(sum / *count as f64, *count));
        for ((cell, offset), x) in row.iter().zip(offsets).zip(wanted) {
            self.cells[*cell].x = x + offset;
        }
    }

    fn wanted(&self, cell: usize) -> f64 {
        let near = self.up[cell].iter().chain(&self.down[cell]);
        let count = self.up[cell].len() + self.down[cell].len();
        match count {
            0 => self.cells[cell].x,
            _ => near.map(|cell| self.cells[*cell].x).sum::<f64>() / count as f64,
        }
    }
}
