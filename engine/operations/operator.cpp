#include "engine/operations/operator.hpp"

namespace featherface::engine {

std::unique_ptr<Operator> make_operator(const Graph& graph, const Node& node, const KernelTable& table) {
    struct Factory {
        const Graph& graph;
        const Node& node;
        const KernelTable& table;

        std::unique_ptr<Operator> operator()(const Input&) const { return nullptr; }
        std::unique_ptr<Operator> operator()(const ReadPixels&) const { return make_read_pixels(table); }
        std::unique_ptr<Operator> operator()(const ToAnchors&) const { return nullptr; }
        std::unique_ptr<Operator> operator()(const Conv& op) const { return make_conv(graph, op, table); }
        std::unique_ptr<Operator> operator()(const DeformConv& op) const {
            return make_deform_conv(graph, op, table);
        }
        std::unique_ptr<Operator> operator()(const BatchNorm& op) const {
            return make_batch_norm(graph, op, table);
        }
        std::unique_ptr<Operator> operator()(const Activate& op) const { return make_activate(op, table); }
        std::unique_ptr<Operator> operator()(const Add& op) const { return make_add(op, table); }
        std::unique_ptr<Operator> operator()(const FusionWeights& op) const {
            return make_fusion_weights(graph, op);
        }
        std::unique_ptr<Operator> operator()(const WeightedSum& op) const {
            return make_weighted_sum(graph, op, table);
        }
        std::unique_ptr<Operator> operator()(const Resize&) const { return make_resize(table); }
        std::unique_ptr<Operator> operator()(const MaxPool& op) const { return make_max_pool(op, table); }
        std::unique_ptr<Operator> operator()(const GlobalPool& op) const { return make_global_pool(op); }
        std::unique_ptr<Operator> operator()(const RowStats&) const { return make_row_stats(table); }
        std::unique_ptr<Operator> operator()(const Linear& op) const { return make_linear(graph, op, table); }
        std::unique_ptr<Operator> operator()(const ScaleChannels&) const {
            return make_scale_channels(table);
        }
        std::unique_ptr<Operator> operator()(const ScalePixels&) const { return make_scale_pixels(table); }
        std::unique_ptr<Operator> operator()(const ChannelStats& op) const {
            return make_channel_stats(op, table);
        }
        std::unique_ptr<Operator> operator()(const Concat& op) const {
            return op.in_place ? nullptr : make_concat(table);
        }
        std::unique_ptr<Operator> operator()(const Shuffle& op) const { return make_shuffle(op, table); }
        std::unique_ptr<Operator> operator()(const Slice&) const { return nullptr; }
        std::unique_ptr<Operator> operator()(const Strips&) const { return make_strips(graph, node, table); }
        std::unique_ptr<Operator> operator()(const StripsOutput&) const { return nullptr; }
        std::unique_ptr<Operator> operator()(const SoftmaxPairs&) const { return make_softmax_pairs(table); }
    };
    return std::visit(Factory{graph, node, table}, node.operation);
}

}  // namespace featherface::engine
