// Orientation: EXIF of every integer type, EXIF in the text of a PNG, XMP; EXIF counts before XMP.
#include "loaders/images/orientation.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "loaders/images/exif.hpp"
#include "support/jpeg_writer.hpp"
#include "support/pictures.hpp"
#include "support/png_writer.hpp"

using namespace featherface;
using namespace featherface::test;

namespace {

const ByteString kXmpName("http://ns.adobe.com/xap/1.0/\0", 29);
const ByteString kPngXmp("XML:com.adobe.xmp\0\0\0\0\0", 22);  // no compression, language nor translation

ByteString xmp(const std::string& attributes, const std::string& elements = {}) {
    return "<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:Description "
           "xmlns:tiff='http://ns.adobe.com/tiff/1.0/' " +
           attributes + ">" + elements + "</rdf:Description></x:xmpmeta>";
}

const ByteString kXmpForms[] = {
    xmp("tiff:Orientation=\"6\""),
    xmp("tiff:Orientation = '6' tiff:Make='x'"),
    xmp("", "<tiff:Orientation>6</tiff:Orientation>"),
    xmp("", "<tiff:Make>x</tiff:Make>\n<tiff:Orientation>\n 6\n</tiff:Orientation>"),
};

// A profile as ImageMagick writes it into a text chunk.
ByteString raw_profile(const std::string& name, const ByteString& bytes) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    ByteString text = "\n" + name + "\n" + std::string(8 - std::to_string(bytes.size()).size(), ' ') +
                      std::to_string(bytes.size());
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        if (i % 36 == 0) text += '\n';
        const auto byte = static_cast<unsigned char>(bytes[i]);
        text += {kDigits[byte >> 4], kDigits[byte & 15]};
    }
    return text + "\n";
}

// 16 x 8 pixels, so 8 x 16 when turned by orientations 5 to 8.
ByteString jpeg_with(const ByteString& segments) {
    JpegOptions options;
    options.width = 16;
    return make_jpeg(options).insert(2, segments);
}

ByteString png_with(const ByteString& before_data, const ByteString& behind = {}) {
    const PngHeader header = {.width = 2, .height = 1, .depth = 8, .colour = 0};
    return ByteString(kPngSignature) + png_header(header) + before_data +
           png_chunk("IDAT", zlib_stored(byte_string({0, 10, 20}))) + behind + png_chunk("IEND", "");
}

bool turned(const ByteString& file) {
    const Image image = decoded(file);
    return image.height == 2 * image.width;
}

ByteString app1(const ByteString& content) {
    return jpeg_segment(0xe1, content);
}

ByteString text_chunk(const std::string& keyword, const ByteString& text) {
    return png_chunk("tEXt", keyword + ByteString(1, '\0') + text);
}

ByteString compressed_text_chunk(const std::string& keyword, const ByteString& text) {
    return png_chunk("zTXt", keyword + ByteString(2, '\0') + zlib_stored(text));
}

}  // namespace

TEST_CASE("orientation: EXIF states it as an integer of any type, and the first of several values counts") {
    for (const bool big_endian : {false, true}) {
        for (const int type : {1, 6, 3, 8, 4, 9}) {  // BYTE, SBYTE, SHORT, SSHORT, LONG, SLONG
            for (const int count : {1, 2, 3, 5, 100}) {
                CAPTURE(big_endian);
                CAPTURE(type);
                CAPTURE(count);
                CHECK(loaders::exif_orientation(span_of(exif_segment(6, big_endian, type, count))) == 6);
                CHECK(turned(jpeg_with(app1(exif_segment(8, big_endian, type, count)))));
            }
        }
        CHECK(loaders::exif_orientation(span_of(exif_segment(6, big_endian, 2))) == 1);   // ASCII
        CHECK(loaders::exif_orientation(span_of(exif_segment(6, big_endian, 7))) == 1);   // UNDEFINED
        CHECK(loaders::exif_orientation(span_of(exif_segment(-2, big_endian, 9))) == 1);  // SLONG
        CHECK(loaders::exif_orientation(span_of(exif_segment(0x10006, big_endian, 4))) == 1);
    }
}

TEST_CASE("orientation: an EXIF block may begin with its JPEG name or without it") {
    const ByteString named = exif_segment(6);
    ByteString padded = named;
    padded[5] = '\xff';  // the name is padded with any byte
    for (const ByteString& block : {named, named.substr(6), padded}) {
        CHECK(loaders::exif_orientation(span_of(block)) == 6);
        CHECK(turned(png_with(png_chunk("eXIf", block))));
    }
    CHECK(turned(jpeg_with(app1(padded))));
    CHECK_FALSE(loaders::exif_orientation(span_of(named.substr(0, 20))).has_value());
}

TEST_CASE("orientation: a JPEG's XMP states it as attribute or element") {
    for (const ByteString& form : kXmpForms) {
        CAPTURE(form);
        CHECK(loaders::xmp_orientation(form) == 6);
        CHECK(turned(jpeg_with(app1(kXmpName + form))));
    }
    CHECK_FALSE(loaders::xmp_orientation(xmp("tiff:OrientationX='6'")).has_value());
    CHECK_FALSE(loaders::xmp_orientation(xmp("")).has_value());
    for (const char* value : {"0", "9", "66", "", "six"}) {
        CAPTURE(value);
        CHECK(loaders::xmp_orientation(xmp("tiff:Orientation='" + std::string(value) + "'")) == 1);
    }
    const ByteString form = kXmpForms[0];
    for (std::size_t size = 0; size < form.size(); ++size) {
        const auto cut = loaders::xmp_orientation(form.substr(0, size));
        CHECK((!cut || *cut == 1 || size > form.find("6\"")));
    }
}

TEST_CASE("orientation: a PNG's XMP states it, compressed or not, before the image data or behind it") {
    for (const ByteString& form : kXmpForms) {
        CAPTURE(form);
        CHECK(turned(png_with(png_chunk("iTXt", kPngXmp + form))));
        CHECK(turned(png_with("", png_chunk("iTXt", kPngXmp + form))));
        ByteString head = kPngXmp;
        head[18] = 1;  // compressed
        head.insert(20, "en");
        CHECK(turned(png_with(png_chunk("iTXt", head + zlib_stored(form)))));
        CHECK_FALSE(turned(png_with(png_chunk("iTXt", head + form))));  // says so, but is not
    }
    CHECK_FALSE(turned(png_with(png_chunk("iTXt", "XML:com.adobe.xmp"))));
    CHECK_FALSE(turned(png_with(png_chunk("iTXt", kPngXmp.substr(0, 20)))));
    CHECK_FALSE(turned(png_with(text_chunk("Comment", kXmpForms[0]))));
}

TEST_CASE("orientation: a PNG keeps EXIF and XMP as text in hexadecimal, compressed or not") {
    const ByteString exif = exif_segment(6, true);
    const ByteString xmp_segment = kXmpName + kXmpForms[0];
    struct Profile {
        std::string name;
        ByteString bytes;
    };
    for (const Profile& p : {Profile{"exif", exif},
                             {"exif", exif.substr(6)},
                             {"APP1", exif},
                             {"APP1", xmp_segment},
                             {"xmp", kXmpForms[2]}}) {
        CAPTURE(p.name);
        const std::string keyword = "Raw profile type " + p.name;
        const ByteString text = raw_profile(p.name, p.bytes);
        CHECK(turned(png_with(text_chunk(keyword, text))));
        CHECK(turned(png_with(compressed_text_chunk(keyword, text))));
        CHECK(turned(png_with("", text_chunk(keyword, text))));
        for (std::size_t size = 0; size < text.size(); ++size) {
            CHECK(decode(png_with(text_chunk(keyword, text.substr(0, size)))).ok());
        }
    }
}

TEST_CASE("orientation: EXIF counts before XMP, and a PNG's own chunk before a profile in text") {
    const ByteString upright = exif_segment(3);
    const ByteString on_its_side = exif_segment(6);
    const ByteString xmp_chunk = png_chunk("iTXt", kPngXmp + kXmpForms[0]);
    CHECK_FALSE(turned(jpeg_with(app1(kXmpName + kXmpForms[0]) + app1(upright))));
    CHECK_FALSE(turned(jpeg_with(app1(upright) + app1(kXmpName + kXmpForms[0]))));
    CHECK_FALSE(turned(png_with(xmp_chunk + png_chunk("eXIf", upright))));
    CHECK_FALSE(
        turned(png_with(xmp_chunk + text_chunk("Raw profile type exif", raw_profile("exif", upright)))));
    CHECK_FALSE(turned(png_with(text_chunk("Raw profile type exif", raw_profile("exif", on_its_side)) +
                                png_chunk("eXIf", upright))));
    CHECK_FALSE(turned(jpeg_with(app1(upright) + app1(on_its_side))));  // the first of two
    // EXIF without an orientation leaves it to XMP.
    ByteString silent = on_its_side;
    silent[6 + 8 + 2 + 12] = '\x0f';  // Make
    CHECK(turned(jpeg_with(app1(silent) + app1(kXmpName + kXmpForms[0]))));
}

TEST_CASE("orientation: a chunk with a wrong CRC says nothing, and costs no pixel") {
    ByteString chunk = png_chunk("eXIf", exif_segment(6));
    chunk.back() = static_cast<char>(chunk.back() + 1);
    CHECK_FALSE(turned(png_with(chunk)));
}
