#include "support/jpeg_writer.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdlib>

namespace featherface::test {
namespace {

// All DC codes have 4 bits, all AC codes 5, in the order of their symbols.
constexpr int kDcSymbols = 12;  // sizes 0 to 11
constexpr int kDcBits = 4;
constexpr int kAcSymbols = 15;  // end of block, and runs of 2^1 to 2^14 of them
constexpr int kAcBits = 5;
constexpr int kLongestRun = 32767;

ByteString u8(int value) {
    return ByteString(1, static_cast<char>(value));
}
ByteString u16(int value) {
    return u8(value >> 8) + u8(value & 255);
}
ByteString marker(int code) {
    return u8(0xff) + u8(code);
}

ByteString huffman_table(int table_class, int bits, int symbols, int symbol_step) {
    ByteString content = u8(table_class << 4);
    for (int length = 1; length <= 16; ++length) content += u8(length == bits ? symbols : 0);
    for (int i = 0; i < symbols; ++i) content += u8(i * symbol_step);
    return jpeg_segment(0xc4, content);
}

class BitWriter {
  public:
    void put(int value, int count) {
        for (int i = count - 1; i >= 0; --i) {
            byte_ = byte_ << 1 | (value >> i & 1);
            if (++used_ == 8) flush();
        }
    }
    void align() {
        while (used_ != 0) put(1, 1);
    }
    void restart(int number) {
        align();
        bytes_ += marker(0xd0 + number);
    }
    const ByteString& done() {
        align();
        return bytes_;
    }

  private:
    void flush() {
        bytes_ += u8(byte_);
        if (byte_ == 0xff) bytes_ += u8(0);
        byte_ = 0;
        used_ = 0;
    }
    ByteString bytes_;
    int byte_ = 0;
    int used_ = 0;
};

struct Component {
    int id;
    int sampling;
    std::function<int(int, int)> value;
};

class Writer {
  public:
    explicit Writer(const JpegOptions& options) : o_(options) {
        // The step of DC is 8: a flat block's DC value is its level minus 128.
        components_.push_back({1, o_.sampling, [this](int x, int y) { return o_.grey(x, y) - 128; }});
        for (const int level : o_.others) {
            components_.push_back(
                {static_cast<int>(components_.size()) + 1, 1, [level](int, int) { return level - 128; }});
        }
    }

    ByteString run() {
        bytes_ = marker(0xd8);
        if (!o_.exif.empty()) bytes_ += jpeg_segment(0xe1, o_.exif);
        bytes_ += jpeg_segment(0xdb, u8(0) + ByteString(64, '\x08'));
        ByteString frame = u8(8) + u16(o_.height) + u16(o_.width) + u8(static_cast<int>(components_.size()));
        for (const Component& c : components_) frame += u8(c.id) + u8(c.sampling << 4 | c.sampling) + u8(0);
        bytes_ += jpeg_segment(o_.progressive ? 0xc2 : 0xc0, frame);
        if (!o_.standard_tables) {
            bytes_ += huffman_table(0, kDcBits, kDcSymbols, 1) + huffman_table(1, kAcBits, kAcSymbols, 16);
        }
        if (o_.adobe_transform >= 0) {
            bytes_ += jpeg_segment(0xee, ByteString("Adobe\0\x64\0\0\0\0", 11) + u8(o_.adobe_transform));
        }
        if (o_.restart_interval > 0) bytes_ += jpeg_segment(0xdd, u16(o_.restart_interval));

        std::vector<std::vector<std::size_t>> groups;
        for (std::size_t i = 0; i < components_.size(); ++i) {
            if (i == 0 || !o_.interleaved) groups.emplace_back();
            groups.back().push_back(i);
        }
        for (const auto& group : groups) {
            if (o_.progressive) {
                scan(group, {0, 0, 0, 1});
                scan(group, {0, 0, 1, 0});
            } else {
                scan(group, {0, 63, 0, 0});
            }
        }
        for (std::size_t i = 0; o_.progressive && i < components_.size(); ++i) scan({i}, {1, 63, 0, 0});
        return bytes_ + marker(0xd9);
    }

  private:
    struct Range {
        int start, end, high, low;
    };

    void scan(const std::vector<std::size_t>& group, const Range& range) {
        ByteString header = u8(static_cast<int>(group.size()));
        for (const std::size_t i : group) header += u8(components_[i].id) + u8(table(i) << 4 | table(i));
        bytes_ +=
            jpeg_segment(0xda, header + u8(range.start) + u8(range.end) + u8(range.high << 4 | range.low));
        bits_ = BitWriter();
        predictions_.fill(0);
        run_ = 0;
        const bool alone = group.size() == 1;
        const int mcu = alone ? 8 : 8 * o_.sampling;
        // Alone, a component is scanned by its own blocks; chroma has fewer of them.
        const int shrink = alone && group[0] > 0 ? o_.sampling : 1;
        const int wide = (o_.width + mcu * shrink - 1) / (mcu * shrink);
        const int high = (o_.height + mcu * shrink - 1) / (mcu * shrink);
        int count = 0;
        int restarts = 0;
        for (int y = 0; y < high; ++y) {
            for (int x = 0; x < wide; ++x, ++count) {
                if (o_.restart_interval > 0 && count > 0 && count % o_.restart_interval == 0) {
                    end_run();
                    bits_.restart(restarts++ % 8);
                    predictions_.fill(0);
                }
                for (const std::size_t i : group) {
                    const int n = alone ? 1 : components_[i].sampling;
                    for (int v = 0; v < n; ++v) {
                        for (int h = 0; h < n; ++h) block(i, x * n + h, y * n + v, range);
                    }
                }
            }
        }
        end_run();
        bytes_ += bits_.done();
    }

    void block(std::size_t i, int x, int y, const Range& range) {
        if (range.start > 0) {
            if (++run_ == kLongestRun) end_run();
            return;
        }
        const int value = components_[i].value(x, y);
        if (range.high > 0) {
            bits_.put(value >> range.low & 1, 1);
            return;
        }
        const int difference = (value >> range.low) - predictions_[i];
        predictions_[i] = value >> range.low;
        const int size = std::bit_width(static_cast<unsigned>(std::abs(difference)));
        put_dc_size(i, size);
        bits_.put(difference < 0 ? difference + (1 << size) - 1 : difference, size);
        if (range.end > 0) put_end_of_block(i);
    }

    // The number of the table, of both classes: with the standard's tables 0 for the first component, 1 for
    // the others, else 0.
    int table(std::size_t i) const { return o_.standard_tables && i > 0 ? 1 : 0; }

    // The standard's codes of table K.3 (sizes 0; 1 to 5; 6 and more, ones and a zero) and K.4 (0 to 2; 3 and
    // more).
    void put_dc_size(std::size_t i, int size) {
        if (!o_.standard_tables) return bits_.put(size, kDcBits);
        const int short_codes = table(i) == 0 ? 6 : 3;
        if (size >= short_codes) {
            const int ones = size - short_codes + (table(i) == 0 ? 3 : 2);
            bits_.put((1 << (ones + 1)) - 2, ones + 1);
        } else if (table(i) == 0) {
            bits_.put(size == 0 ? 0 : size + 1, size == 0 ? 2 : 3);
        } else {
            bits_.put(size, 2);
        }
    }

    void put_end_of_block(std::size_t i) {
        if (!o_.standard_tables) return bits_.put(0, kAcBits);
        table(i) == 0 ? bits_.put(0b1010, 4) : bits_.put(0, 2);
    }

    // Writes the pending run of blocks without AC coefficients.
    void end_run() {
        if (run_ == 0) return;
        const int exponent = std::bit_width(static_cast<unsigned>(run_)) - 1;
        bits_.put(exponent, kAcBits);
        bits_.put(run_ - (1 << exponent), exponent);
        run_ = 0;
    }

    const JpegOptions& o_;
    std::vector<Component> components_;
    ByteString bytes_;
    BitWriter bits_;
    std::array<int, 4> predictions_{};
    int run_ = 0;
};

}  // namespace

ByteString jpeg_segment(int code, const ByteString& content) {
    return marker(code) + u16(static_cast<int>(content.size()) + 2) + content;
}

ByteString make_jpeg(const JpegOptions& options) {
    return Writer(options).run();
}

std::size_t find_marker(const ByteString& jpeg, int code, std::size_t from) {
    return jpeg.find(marker(code), from);
}

ByteString exif_segment(int orientation, bool big_endian, int type, int count) {
    const auto number = [&](int value, int size) {
        ByteString bytes;
        for (int i = 0; i < size; ++i) bytes += u8(value >> 8 * (big_endian ? size - 1 - i : i) & 255);
        return bytes;
    };
    const auto entry = [&](int tag, int entry_type, int values, const ByteString& value) {
        return number(tag, 2) + number(entry_type, 2) + number(values, 4) + value;
    };
    const int size = type == 1 || type == 6 ? 1 : type == 4 || type == 9 ? 4 : 2;
    ByteString values;
    for (int i = 0; i < count; ++i) values += number(orientation, size);
    values.resize(std::max<std::size_t>(values.size(), 4));
    constexpr int kAfterDirectory = 8 + 2 + 2 * 12 + 4;
    const bool inside = values.size() == 4;
    return ByteString("Exif\0\0", 6) + (big_endian ? "MM" : "II") + number(42, 2) + number(8, 4) +
           number(2, 2) + entry(0x0100, 4, 1, number(640, 4)) +
           entry(0x0112, type, count, inside ? values : number(kAfterDirectory, 4)) + number(0, 4) +
           (inside ? ByteString() : values);
}

}  // namespace featherface::test
