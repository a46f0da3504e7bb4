//! Which function checks which op of the manifest, and which file beside it.

use std::path::Path;

use sgnas::gpu::Gpu;

use crate::case::{Case, Checks, Outcome};
use crate::{conv, costs, elementwise, losses, norm, optimisers, pools, spaces};

/// Runs a case on the GPU and compares every output it lists.
pub type Runner = fn(&Gpu, &Case, &mut Checks<'_>) -> Outcome;

/// By the op's name in the manifest.
pub const OPS: &[(&str, Runner)] = &[
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
    ("conv2d", conv::conv2d),
    ("linear", conv::linear),
    ("batch_norm_train", norm::train),
    ("batch_norm_eval", norm::eval),
    ("batch_norm_recalibration", norm::recalibration),
    ("global_avg_pool", pools::global_average),
    ("softmax", losses::softmax),
    ("log_softmax", losses::log_softmax),
    ("cross_entropy", losses::cross_entropy),
    ("gumbel_softmax", losses::gumbel_softmax),
    ("sgd", optimisers::sgd),
    ("adam", optimisers::adam),
    ("adamw", optimisers::adam),
    ("rmsprop", optimisers::rmsprop),
    ("rmsprop_tf", optimisers::rmsprop),
    ("ema", optimisers::ema),
    ("clip_grad_norm", optimisers::clip),
];

/// Cases by name, and what is wrong with each.
pub type Results = Vec<(String, Result<(), String>)>;

/// Checks the cases of a file.
pub type FileCheck = fn(&Path) -> Outcome<Results>;

/// By path below the golden folder. A file that is not there is skipped, loudly.
pub const FILES: &[(&str, FileCheck)] = &[
    ("cost_tables.json", costs::tables),
    ("generated.json", costs::generated),
    ("nasbench201_costs.json", spaces::nas_bench_201),
    ("ops/rank_statistics.json", spaces::rank_statistics),
];
