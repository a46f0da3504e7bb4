//! What is known of a kernel before a device exists: its text and interface.

use super::shaders::{QUADS_PLAIN, QUADS_WIDE, UNALIGNED};

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

/// How a kernel uses a storage binding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Access {
    /// Read only.
    Read,
    /// Read only, in bulk: a texture with [`Words::Wide`].
    Bulk(Bulk),
    /// Read and write.
    Write,
}

/// What is read in bulk, through functions that [`Shader::text`] writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Bulk {
    /// The binding's name.
    pub name: &'static str,
    /// Whether it is an array of pairs, not of quads, where it is none of texels.
    pub pairs: bool,
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
    /// The module, shared functions included, without what depends on [`Words`]; see
    /// [`Shader::text`].
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
            text.push_str(&bulk.functions(words));
        }
        let mut own = self.wgsl.to_string();
        if words == Words::Wide {
            for Bulk { name, pairs } in self.bulk() {
                let kind = if pairs { "pair" } else { "texel" };
                let buffer = format!("var<storage, read> {name}: array<{kind}>;");
                own = own.replace(&buffer, &format!("var {name}: texture_2d<f32>;"));
            }
        }
        text + &own
    }

    /// What it reads in bulk.
    fn bulk(&self) -> impl Iterator<Item = Bulk> {
        self.bindings.iter().filter_map(|access| match access {
            Access::Bulk(bulk) => Some(*bulk),
            Access::Read | Access::Write => None,
        })
    }
}

impl Bulk {
    /// `NAME_quad(i)`, values 4i .. 4i + 3, and `NAME_four(i)`, four values from value i on. Written
    /// out for each binding, since WGSL functions take no storage arrays.
    fn functions(self, words: Words) -> String {
        let Bulk { name, pairs } = self;
        let quad = match words {
            Words::Plain if pairs => {
                return format!(
                    "fn {name}_four(i: u32) -> vec4<f32> {{
    let q = i / 2u;
    let l = {name}[q];
    let m = {name}[q + 1u];
    if ((i & 1u) == 0u) {{
        return vec4<f32>(l, m);
    }}
    return vec4<f32>(l.y, m, {name}[q + 2u].x);
}}

"
                );
            }
            Words::Plain => format!("{name}[i]"),
            Words::Wide => format!("textureLoad({name}, texel_place(i), 0)"),
        };
        format!(
            "fn {name}_quad(i: u32) -> vec4<f32> {{
    return {quad};
}}

fn {name}_four(i: u32) -> vec4<f32> {{
    return unaligned({name}_quad(i / 4u), {name}_quad((i + 3u) / 4u), i % 4u);
}}

"
        )
    }
}
