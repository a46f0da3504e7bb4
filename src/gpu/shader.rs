//! What is known of a kernel before a device exists: its text and interface.

use super::shaders::{QUADS_PLAIN, QUADS_WIDE};

/// How the kernels' `quad`, four values of a storage buffer, is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Words {
    /// A `vec4<f32>`.
    Plain,
    /// Two words of 64 bits, for software drivers: they load and store word by word.
    Wide,
}

/// How a kernel uses a storage binding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Access {
    /// Read only.
    Read,
    /// Read and write.
    Write,
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

/// A kernel: one WGSL file with one entry point named after it.
#[derive(Debug)]
pub struct Shader {
    /// `family/file`.
    pub name: &'static str,
    /// The entry point.
    pub entry: &'static str,
    /// The module, shared functions included, without what `quad` is; see [`Shader::text`].
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
    /// The whole module, with quads made of `words`.
    pub fn text(&self, words: Words) -> String {
        let quads = match words {
            Words::Plain => QUADS_PLAIN,
            Words::Wide => QUADS_WIDE,
        };
        [quads, self.wgsl].concat()
    }
}
