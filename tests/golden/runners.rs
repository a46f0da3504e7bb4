//! Which function checks which op of the manifest, and which file beside it.

use std::path::Path;

use sgnas::gpu::Gpu;

use crate::case::{Case, Checks, Outcome};
use crate::{
    blocks, conv, costs, elementwise, end_to_end, generator, losses, nb201, nets, norm, optimisers,
    pools, schedules, spaces,
};

/// Runs a case on the GPU and compares every output it lists.
pub type Runner = fn(&Gpu, &Case, &mut Checks<'_>) -> Outcome;

/// By the op's name in the manifest.
pub const OPS: &[(&str, Runner)] = &[
    ("conv2d", conv::conv2d),
    ("linear", conv::linear),
    ("relu", elementwise::activation),
    ("relu6", elementwise::activation),
    ("hswish", elementwise::activation),
    ("hsigmoid", elementwise::activation),
    ("sigmoid", elementwise::activation),
    ("swish", elementwise::activation),
    ("add", elementwise::add),
    ("mul", elementwise::mul),
    ("concat", elementwise::concat),
    ("split_scale_concat", elementwise::split_scale_concat),
    ("batch_norm_train", norm::train),
    ("batch_norm_eval", norm::eval),
    ("batch_norm_recalibration", norm::recalibration),
    ("global_avg_pool", pools::global_average),
    ("avg_pool2d", pools::average),
    ("max_pool2d", pools::max),
    ("upsample_nearest", pools::upsample),
    ("sigmoid_focal_loss", losses::focal),
    ("smooth_l1", losses::smooth_l1),
    ("l1", losses::l1),
    ("hardware_constraint_loss", losses::hardware),
    ("softmax", losses::softmax),
    ("log_softmax", losses::log_softmax),
    ("cross_entropy", losses::cross_entropy),
    ("gumbel_softmax", losses::gumbel_softmax),
    ("squeeze_excite", blocks::squeeze_excite),
    ("unified_block_soft", blocks::unified_soft),
    ("unified_block_single_path", blocks::unified_single_path),
    ("decoded_block", blocks::derived),
    ("supernet_soft", nets::soft),
    ("supernet_single_path", nets::single_path),
    ("nb201_cell", nb201::cell),
    ("nb201_reduction", nb201::reduction),
    ("generator_training_step", generator::training_step),
    ("sgd", optimisers::sgd),
    ("adam", optimisers::adam),
    ("adamw", optimisers::adam),
    ("rmsprop", optimisers::rmsprop),
    ("rmsprop_tf", optimisers::rmsprop),
    ("ema", optimisers::ema),
    ("clip_grad_norm", optimisers::clip),
];

/// Cases by name, and what is wrong with each.
pub type Results = Vec<(String, Outcome)>;

/// Why a case cannot be checked here.
#[derive(Debug)]
pub struct Skipped(pub String);

impl std::fmt::Display for Skipped {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Skipped {}

/// Checks the cases of a file.
pub type FileCheck = fn(&Gpu, &Path) -> Outcome<Results>;

/// By path below the golden folder. A file that is not there is skipped, loudly.
pub const FILES: &[(&str, FileCheck)] = &[
    ("ops/lr_schedules.json", schedules::rates),
    ("ops/rank_statistics.json", spaces::rank_statistics),
    ("cost_tables.json", costs::tables),
    ("nasbench201_costs.json", spaces::nas_bench_201),
    ("generated.json", costs::generated),
    ("generated.json", generator::answers),
    ("generator_intermediates_320.safetensors", generator::intermediates),
    ("end_to_end.json", end_to_end::cases),
];
