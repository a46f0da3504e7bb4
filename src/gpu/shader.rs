//! What is known of a kernel before a device exists: its text and interface.

use super::shaders::{
    BULK_PAIRS, BULK_QUADS, BULK_ROWS_PAIRS, BULK_ROWS_TEXELS, BULK_TEXELS, QUADS_PLAIN,
    QUADS_WIDE, UNALIGNED,
};

/// How a kernel's values in storage are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Words {
    /// Four are a `vec4<f32>`.
    Plain,
    /// Four are two words of 64 bits, and what a kernel reads in bulk is a texture: for software
    /// drivers, which load and store the words of a buffer one by one, but the texels of a texture
    /// whole.
    Wide,
}

impl Words {
    /// What `EACH_IMAGE { .. NEXT_IMAGE }` stands for around what a kernel does with image `n`, of
    /// those before `images`: with wide words a loop. Elsewhere there is one image, since a loop more
    /// around others has a browser's software adapter compile a kernel for minutes, and takes
    /// registers of a GPU.
    fn images(self) -> [&'static str; 2] {
        match self {
            Words::Plain => ["", ""],
            Words::Wide => ["loop", "continuing { n++; break if n >= images; }"],
        }
    }
}

/// How a kernel uses a storage binding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Access {
    /// Read only.
    Read,
    /// Read only, in bulk: a texture with [`Words::Wide`], but for pairs.
    Bulk(Bulk),
    /// Read and write.
    Write,
}

/// What is read in bulk, through functions that [`Shader::text`] writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Bulk {
    /// The binding's name.
    pub name: &'static str,
    /// Its number.
    pub binding: &'static str,
    /// What the kernel reads at a time.
    pub unit: Unit,
}

/// What a kernel reads in bulk at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Unit {
    /// Four values at a multiple of four, or anywhere.
    Texel,
    /// Four values anywhere, of storage always. A driver compiles texels to much code, and forgets
    /// kernels when it has too much, so that a kernel with many reads has pairs.
    Pair,
    /// The vec4s of a row that begins anywhere.
    Row,
}

/// A member of a kernel's `Params`.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// Its name, the same in WGSL and Rust.
    pub name: &'static str,
    /// `u32`, `i32` or `f32`.
    pub kind: &'static str,
    /// Its offset in the Rust struct, in bytes.
    pub offset: usize,
}

/// A kernel: a WGSL file with one entry point.
#[derive(Debug)]
pub struct Shader {
    /// `family/entry`.
    pub name: &'static str,
    /// Its file in `shaders`, named after it but for one that another file names `in pairs`.
    pub file: &'static str,
    /// The entry point.
    pub entry: &'static str,
    /// The module, shared functions included, without what depends on [`Words`], as the bindings
    /// that are read in bulk do; see [`Shader::text`].
    pub wgsl: &'static str,
    /// Storage bindings 1, 2, ... of group 0; binding 0 is `Params`.
    pub bindings: &'static [Access],
    /// Size of the Rust `Params` in bytes.
    pub params_size: usize,
    /// Members of `Params`.
    pub fields: &'static [Field],
    /// Whether it uses subgroups, which a device has or has not.
    pub subgroups: bool,
}

impl Shader {
    /// The whole module, with values made of `words`.
    pub fn text(&self, words: Words) -> String {
        let mut text = match words {
            Words::Plain => QUADS_PLAIN.to_string(),
            Words::Wide => QUADS_WIDE.to_string(),
        };
        text.push_str(UNALIGNED);
        for bulk in self.bulk() {
            text.push_str(&bulk.text(words));
        }
        let [each, next] = words.images();
        text + &self.wgsl.replace("EACH_IMAGE", each).replace("NEXT_IMAGE", next)
    }

    /// What it reads in bulk.
    fn bulk(&self) -> impl Iterator<Item = Bulk> {
        self.bindings.iter().filter_map(|access| match access {
            Access::Bulk(bulk) => Some(*bulk),
            Access::Read | Access::Write => None,
        })
    }
}

impl Access {
    /// Whether it is a texture with `words`.
    pub(super) fn is_texture(self, words: Words) -> bool {
        words == Words::Wide && matches!(self, Access::Bulk(bulk) if bulk.unit != Unit::Pair)
    }
}

impl Bulk {
    /// Its declaration, and the functions that read it.
    fn text(self, words: Words) -> String {
        let of: &[&str] = match (self.unit, words) {
            (Unit::Texel, Words::Plain) => &[BULK_QUADS],
            (Unit::Texel, Words::Wide) => &[BULK_TEXELS],
            (Unit::Pair, _) => &[BULK_PAIRS],
            (Unit::Row, Words::Plain) => &[BULK_PAIRS, BULK_ROWS_PAIRS],
            (Unit::Row, Words::Wide) => &[BULK_TEXELS, BULK_ROWS_TEXELS],
        };
        of.concat().replace("NUMBER", self.binding).replace("NAME", self.name)
    }
}
