//! The convolution block with gradients.

use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::tensor::FloatTensor;
use burn::backend::{Autodiff, AutodiffBackend, Backend};

use super::kept::Kept;
use super::options::ConvBlockOptions;
use super::steps::ConvBlockSteps;

#[derive(Debug)]
struct ConvBlock;

#[derive(Debug, Clone)]
struct State<B: Backend> {
    weight: FloatTensor<B>,
    /// Bias and scale.
    channels: [FloatTensor<B>; 2],
    kept: Kept<B>,
    options: ConvBlockOptions,
}

impl<B: ConvBlockSteps> Backward<B, 5> for ConvBlock {
    type State = State<B>;

    fn backward(
        self,
        ops: Ops<Self::State, 5>,
        gradients: &mut Gradients,
        _checkpointer: &mut Checkpointer,
    ) {
        let [input, weight, bias, scale, shift] = ops.parents;
        let gradient = gradients.consume::<B>(&ops.node);
        let state = ops.state;
        let found = B::conv_block_gradients(
            gradient,
            state.weight,
            state.channels,
            state.kept,
            &state.options,
            input.is_some(),
        );
        let [by_bias, by_scale, by_shift] = found.channels;
        let by_others = [
            (weight, found.weight),
            (bias, by_bias),
            (scale, by_scale),
            (shift, by_shift),
        ];
        let all = by_others
            .into_iter()
            .chain(found.input.map(|it| (input, it)));
        for (parent, gradient) in all {
            if let Some(parent) = parent {
                gradients.register::<B>(parent.id, gradient);
            }
        }
    }
}

/// Outputs and statistics.
type Outputs<B> = (FloatTensor<B>, Vec<FloatTensor<B>>);

/// Compute [`Kernels::conv_block`](crate::kernels::backend::Kernels) with gradients.
pub(crate) fn tracked<B: ConvBlockSteps, C: CheckpointStrategy>(
    input: FloatTensor<Autodiff<B, C>>,
    weight: FloatTensor<Autodiff<B, C>>,
    channels: [FloatTensor<Autodiff<B, C>>; 3],
    options: ConvBlockOptions,
) -> Outputs<Autodiff<B, C>> {
    let (input, input_node) = input.into_parts();
    let (weight, weight_node) = weight.into_parts();
    let [(bias, bias_node), (scale, scale_node), (shift, shift_node)] =
        channels.map(|tensor| tensor.into_parts());
    let nodes = [input_node, weight_node, bias_node, scale_node, shift_node];
    let channels = [bias.clone(), scale.clone(), shift];
    let done = B::conv_block_forward(input, weight.clone(), channels, &options);
    let output = match ConvBlock.prepare::<C>(nodes).compute_bound().stateful() {
        OpsKind::Tracked(prepared) => {
            let state = State {
                weight,
                channels: [bias, scale],
                kept: done.kept,
                options,
            };
            prepared.finish(state, done.output)
        }
        OpsKind::UnTracked(prepared) => prepared.finish(done.output),
    };
    let constant = <Autodiff<B, C> as AutodiffBackend>::from_inner;
    (output, done.statistics.into_iter().map(constant).collect())
}
