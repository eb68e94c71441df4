#include "lzw/lzw.hpp"

#include <algorithm>
#include <utility>

#include "lzw/dictionary.hpp"

namespace core::lzw {
namespace {

constexpr float kImpossible = 1e30f;
// The error that goes down is blurred on its way, so that it makes no columns.
constexpr int kBlur = 2;
constexpr float kTaps[2 * kBlur + 1] = {0.1f, 0.2f, 0.4f, 0.2f, 0.1f};

struct Triple {
    float a, b, c;
};

struct Path {
    int node;            // the string so far
    std::size_t length;  // in pixels
    float distortion;
    Triple error;  // of the last pixel
};

struct Choice {
    int code = Dictionary::kNone;
    std::size_t length = 0;
    float value = kImpossible;
    float distortion = 0;
    Triple error{0, 0, 0};
};

class Mapper {
  public:
    Mapper(const LzwFrame& frame, const LzwOptions& options, float mean_cost, Span<std::uint8_t> indices)
        : frame_(frame),
          options_(options),
          indices_(indices),
          n_colors_(static_cast<int>(frame.palette.size / 3)),
          may_keep_(keeps(frame)),
          dictionary_(n_colors_ + (may_keep_ ? 1 : 0)),
          writer_(out_.codes),
          mean_cost_(mean_cost),
          seen_(mean_cost > 0 ? options.memory : 0.0f),
          below_(3 * frame.width, 0.0f),
          after_(3 * frame.width, 0.0f),
          planes_(frame.palette.size),
          measured_(frame.palette.size / 3) {
        stack_.reserve(options.most_visits + 512);
        const std::size_t n = measured_.size();
        for (std::size_t i = 0; i < 3 * n; ++i) planes_[i % 3 * n + i / 3] = frame.palette[i];
        out_.code_size = dictionary_.code_size();
        out_.distortion = 0;
    }

    LzwMapped run() {
        writer_.put(dictionary_.clear_code(), dictionary_.width());
        while (at_ < frame_.rules.size) {
            // A code that was taken for the sake of the next is followed by that next one: to look
            // ahead again would put it off forever.
            const bool looks_ahead = options_.rivals > 1 && !is_promised_;
            Choice choice = looks_ahead ? choose_ahead() : best_from(at_, error_, before_, nullptr);
            is_promised_ = looks_ahead;
            if (choice.code == Dictionary::kNone) choice = {any_symbol(at_), 1, 0, 0, {0, 0, 0}};
            emit(choice);
        }
        writer_.put(dictionary_.end_code(), dictionary_.width());
        writer_.finish();
        out_.mean_cost = mean_cost_;
        return std::move(out_);
    }

  private:
    static bool keeps(const LzwFrame& frame) {
        return std::any_of(frame.rules.begin(), frame.rules.end(), [](std::int16_t rule) {
            return rule == kFreeOrKept || rule == kKept || rule >= kOrKept;
        });
    }

    // What is wanted at a pixel, given the error of the one before it.
    Triple target(std::size_t pixel, const Triple& error) const {
        const float* want = frame_.points.data + 3 * pixel;
        const std::size_t row = pixel / frame_.width, column = pixel - row * frame_.width;
        Triple t{want[0], want[1], want[2]};
        const float* down = row == row_ ? below_.data() : row == row_ + 1 ? after_.data() : nullptr;
        if (down) {
            t.a += down[3 * column];
            t.b += down[3 * column + 1];
            t.c += down[3 * column + 2];
        }
        if (column > 0) {
            const float share = mixed(options_.spread_right, frame_.smoothness[pixel]);
            t.a += share * error.a;
            t.b += share * error.b;
            t.c += share * error.c;
        }
        return t;
    }

    static float mixed(const float (&ends)[2], float smoothness) {
        return ends[0] + (ends[1] - ends[0]) * smoothness;
    }

    // A symbol that the rule allows: for pixels whose every distortion is beyond numbers.
    int any_symbol(std::size_t pixel) const {
        const std::int16_t rule = frame_.rules[pixel];
        return rule == kKept ? n_colors_ : rule < 0 ? 0 : rule % kOrKept;
    }

    // Distortion of a symbol at a pixel; kImpossible where the rule forbids it.
    float distortion(std::size_t pixel, int symbol, const Triple& want, Triple& error) const {
        const std::int16_t rule = frame_.rules[pixel];
        const float* has;
        if (rule >= 0 || rule == kKept) {
            error = {0, 0, 0};
            const bool keeps = symbol == n_colors_ && (rule == kKept || rule >= kOrKept);
            return keeps || (rule >= 0 && symbol == rule % kOrKept) ? 0.0f : kImpossible;
        }
        if (symbol == n_colors_) {
            if (rule != kFreeOrKept) return kImpossible;
            has = frame_.shown.data + 3 * pixel;
        } else {
            has = frame_.palette.data + 3 * symbol;
        }
        error = {want.a - has[0], want.b - has[1], want.c - has[2]};
        const float squared = error.a * error.a + error.b * error.b + error.c * error.c;
        return frame_.weights[pixel] * (squared * (1.0f + options_.outlier * squared));
    }

    // Distortions of all colors at a free pixel, into measured_; returns the least.
    float measure_all(std::size_t pixel, const Triple& want) {
        const float weight = frame_.weights[pixel];
        const std::size_t n = measured_.size();
        float* out = measured_.data();
        const float* a = planes_.data();
        const float* b = a + n;
        const float* c = b + n;
        for (std::size_t s = 0; s < n; ++s) {
            const float da = want.a - a[s], db = want.b - b[s], dc = want.c - c[s];
            const float squared = da * da + db * db + dc * dc;
            out[s] = weight * (squared * (1.0f + options_.outlier * squared));
        }
        float least = kImpossible;
        for (std::size_t s = 0; s < n; ++s) least = std::min(least, out[s]);
        return least;
    }

    // Pushes the symbols that a pixel may begin with; returns up to which value they are followed.
    float begin(std::size_t start, const Triple& want, float slack) {
        stack_.clear();
        const std::int16_t rule = frame_.rules[start];
        const bool is_free = rule == kFree || rule == kFreeOrKept;
        Path own{rule % kOrKept, 1, kImpossible, {0, 0, 0}}, kept{n_colors_, 1, kImpossible, {0, 0, 0}};
        if (rule >= 0) own.distortion = distortion(start, own.node, want, own.error);
        if (rule >= kOrKept || rule == kFreeOrKept || rule == kKept)
            kept.distortion = distortion(start, n_colors_, want, kept.error);
        float bound = std::min(own.distortion, kept.distortion);
        if (is_free) bound = std::min(bound, measure_all(start, want));
        bound += slack - mean_cost_;
        if (rule >= 0 && own.distortion - mean_cost_ <= bound) stack_.push_back(own);
        if (kept.distortion < kImpossible && kept.distortion - mean_cost_ <= bound) stack_.push_back(kept);
        for (int s = 0; is_free && s < n_colors_; ++s) {
            const float spent = measured_[static_cast<std::size_t>(s)];
            if (!(spent - mean_cost_ <= bound)) continue;
            Path path{s, 1, spent, {0, 0, 0}};
            distortion(start, s, want, path.error);
            stack_.push_back(path);
        }
        return bound;
    }

    // Looks through the strings of the dictionary that fit from a pixel on. `before` is the code
    // before, whose string with its own first symbol behind is the next to be learned. All that
    // are not worse than what they lead to are handed to `rivals`, one a length.
    Choice best_from(std::size_t start, const Triple& error, int before, std::vector<Choice>* rivals) {
        const float rate = options_.rate_weight * static_cast<float>(dictionary_.width());
        const float slack = options_.rate_weight * options_.slack;
        const std::size_t n_pixels = frame_.rules.size;
        Choice best;
        const auto take = [&](int code, std::size_t length, float spent, const Triple& last) {
            const float value = spent + rate - mean_cost_ * static_cast<float>(length);
            if (!(value < kImpossible)) return;  // neither what is forbidden nor what is no number
            if (value < best.value) best = {code, length, value, spent, last};
            if (rivals) rivals->push_back({code, length, value, spent, last});
        };
        const Triple want = target(start, error);
        const float bound = begin(start, want, slack);
        std::size_t visits = 0;
        while (!stack_.empty()) {
            const Path path = stack_.back();
            stack_.pop_back();
            take(path.node, path.length, path.distortion, path.error);
            if (++visits >= options_.most_visits || start + path.length >= n_pixels) continue;
            const std::size_t pixel = start + path.length;
            const Triple next = target(pixel, path.error);
            const float paid = mean_cost_ * static_cast<float>(path.length + 1);
            for (int child = dictionary_.first_child(path.node); child != Dictionary::kNone;
                 child = dictionary_.sibling(child)) {
                Path longer{child, path.length + 1, 0, {0, 0, 0}};
                const float more = distortion(pixel, dictionary_.symbol(child), next, longer.error);
                if (!(more < kImpossible)) continue;  // even where a mean beyond all measure would pay for it
                longer.distortion = path.distortion + more;
                if (longer.distortion - paid <= bound) stack_.push_back(longer);
            }
            if (path.node == before && !dictionary_.is_full()) {
                const std::uint8_t symbol = dictionary_.first_symbol(before);
                Triple last;
                const float more = distortion(pixel, symbol, next, last);
                if (more < kImpossible && path.distortion + more - paid <= bound) take(dictionary_.next(), path.length + 1, path.distortion + more, last);
            }
        }
        return best;
    }

    // The code that is best together with the best one after it.
    Choice choose_ahead() {
        rivals_.clear();
        best_from(at_, error_, before_, &rivals_);
        std::sort(rivals_.begin(), rivals_.end(), [](const Choice& x, const Choice& y) {
            return x.value != y.value ? x.value < y.value : x.length != y.length ? x.length > y.length : x.code < y.code;
        });
        Choice best;
        float best_value = kImpossible;
        std::size_t tried = 0;
        for (std::size_t i = 0; i < rivals_.size() && tried < options_.rivals; ++i) {
            const Choice rival = rivals_[i];
            if (std::any_of(rivals_.begin(), rivals_.begin() + static_cast<std::ptrdiff_t>(i),
                            [&](const Choice& other) { return other.length == rival.length; }))
                continue;
            ++tried;
            const std::size_t end = at_ + rival.length;
            float value = rival.value;
            if (end < frame_.rules.size) value += best_from(end, rival.error, Dictionary::kNone, nullptr).value;
            if (value < best_value) {
                best_value = value;
                best = rival;
            }
        }
        return best;
    }

    void emit(const Choice& choice) {
        const int width = dictionary_.width();
        // The string that is only about to be learned is the one before and its first symbol.
        const bool is_new = choice.code == dictionary_.next();
        const std::uint8_t first = dictionary_.first_symbol(is_new ? before_ : choice.code);
        writer_.put(choice.code, width);
        if (before_ != Dictionary::kNone) dictionary_.learn(before_, first);
        string_.resize(choice.length);
        int node = choice.code;
        for (std::size_t i = choice.length; i-- > 0; node = dictionary_.parent(node))
            string_[i] = dictionary_.symbol(node);
        for (const std::uint8_t symbol : string_) commit(symbol);
        before_ = choice.code;
        const float pixels = static_cast<float>(choice.length);
        const float cost = choice.distortion + options_.rate_weight * static_cast<float>(width);
        seen_ += pixels;  // of the first rectangle the mean begins with what there is
        const float share = std::min(1.0f, pixels / std::min(options_.memory, seen_));
        mean_cost_ += (cost / pixels - mean_cost_) * share;
        note(static_cast<float>(width), pixels);
    }

    // Fixes one pixel, and hands its error on.
    void commit(std::uint8_t symbol) {
        const std::size_t column = at_ - row_ * frame_.width;
        const Triple want = target(at_, error_);
        Triple error{0, 0, 0};
        out_.distortion += static_cast<double>(distortion(at_, symbol, want, error));
        indices_[at_] = symbol;
        const float share = mixed(options_.spread_down, frame_.smoothness[at_]);
        for (int by = -kBlur; by <= kBlur && share > 0; ++by) {
            const std::ptrdiff_t to = static_cast<std::ptrdiff_t>(column) + by;
            if (to < 0 || to >= static_cast<std::ptrdiff_t>(frame_.width)) continue;
            float* sum = after_.data() + 3 * to;
            const float part = share * kTaps[by + kBlur];
            sum[0] += part * error.a;
            sum[1] += part * error.b;
            sum[2] += part * error.c;
        }
        error_ = error;
        ++at_;
        if (column + 1 == frame_.width) {
            ++row_;
            below_.swap(after_);
            std::fill(after_.begin(), after_.end(), 0.0f);
        }
    }

    // Clears a full dictionary: at once, or when the codes of late cover fewer pixels a bit than
    // those did that filled it.
    void note(float bits, float pixels) {
        if (!dictionary_.is_full()) {
            bits_ += bits;
            pixels_ += pixels;
            return;
        }
        if (options_.patience > 0) {
            late_bits_ += bits;
            late_pixels_ += pixels;
            if (late_bits_ < kLate) return;
            const bool pays = late_bits_ * pixels_ <= options_.patience * bits_ * late_pixels_;
            late_bits_ *= 0.5f;
            late_pixels_ *= 0.5f;
            if (pays) return;
        }
        if (at_ == frame_.rules.size) return;
        writer_.put(dictionary_.clear_code(), dictionary_.width());
        dictionary_.clear();
        before_ = Dictionary::kNone;
        bits_ = pixels_ = late_bits_ = late_pixels_ = 0;
    }
    static constexpr float kLate = 3072;  // bits over which the codes of late are judged

    const LzwFrame& frame_;
    const LzwOptions& options_;
    Span<std::uint8_t> indices_;
    int n_colors_;
    bool may_keep_;
    Dictionary dictionary_;
    LzwMapped out_;
    CodeWriter writer_;
    float mean_cost_, seen_;
    std::size_t at_ = 0, row_ = 0;
    Triple error_{0, 0, 0};
    int before_ = Dictionary::kNone;
    bool is_promised_ = false;
    std::vector<float> below_, after_;  // errors for this row and for the next
    std::vector<Path> stack_;
    std::vector<float> planes_, measured_;  // the palette coordinate by coordinate; see measure_all
    std::vector<Choice> rivals_;
    std::vector<std::uint8_t> string_;
    float bits_ = 0, pixels_ = 0, late_bits_ = 0, late_pixels_ = 0;
};

}  // namespace

LzwMapped map_lzw(const LzwFrame& frame, const LzwOptions& options, float mean_cost, Span<std::uint8_t> indices) {
    return Mapper(frame, options, mean_cost, indices).run();
}

}  // namespace core::lzw
