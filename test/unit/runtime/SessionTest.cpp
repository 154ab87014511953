#include "FakeModule.h"

#include <gtest/gtest.h>
#include <numeric>

namespace {
bitnet_session_options sessionOptions() {
  bitnet_session_options options = {};
  options.struct_bytes = sizeof(options);
  options.threads = 1;
  return options;
}

/// A model and a session of it.
class Rig {
public:
  explicit Rig(const FakeOptions &fake,
               bitnet_session_options options = sessionOptions())
      : fake(fake) {
    model = this->fake.open();
    bitnet_error error;
    EXPECT_EQ(bitnet_session_create(model, &options, &session, &error),
              BITNET_OK)
        << error.message;
  }
  ~Rig() {
    bitnet_session_destroy(session);
    bitnet_model_close(model);
  }
  int32_t step(const std::vector<int32_t> &tokens, int64_t count,
               int64_t rows) {
    return bitnet_session_step(session, tokens.data(), count, rows, &logits,
                               &error);
  }
  bitnet_session_info info() const {
    bitnet_session_info result;
    bitnet_session_get_info(session, &result);
    return result;
  }

  FakeModel fake;
  bitnet_model *model = nullptr;
  bitnet_session *session = nullptr;
  const float *logits = nullptr;
  bitnet_error error = {};
};

/// count tokens, all below the vocabulary.
std::vector<int32_t> someTokens(size_t count, int32_t seed = 0) {
  std::vector<int32_t> tokens(count);
  for (size_t i = 0; i < count; ++i)
    tokens[i] = int32_t((i * 7 + 3 + size_t(seed) * 5) % kFakeVocab);
  return tokens;
}

std::string createError(const FakeOptions &fake,
                        const bitnet_session_options &options) {
  FakeModel model(fake);
  bitnet_model *handle = model.open();
  bitnet_session *session = nullptr;
  bitnet_error error = {};
  EXPECT_NE(bitnet_session_create(handle, &options, &session, &error),
            BITNET_OK);
  EXPECT_EQ(session, nullptr);
  bitnet_model_close(handle);
  return error.message;
}
} // namespace

/// Feeds 20 tokens in pieces, and looks at the logits after each piece.
static void feedInPieces(const FakeOptions &fake,
                         const bitnet_session_options &options,
                         const std::vector<int64_t> &pieces) {
  Rig rig(fake, options);
  int64_t batch = rig.info().batch;
  std::vector<std::vector<int32_t>> lines;
  for (int64_t b = 0; b < batch; ++b)
    lines.push_back(someTokens(20, int32_t(b)));
  int64_t length = 0;
  for (int64_t count : pieces) {
    std::vector<int32_t> tokens;
    for (const auto &line : lines)
      tokens.insert(tokens.end(), line.begin() + length,
                    line.begin() + length + count);
    int64_t rows = std::min(count, rig.info().max_logit_rows);
    ASSERT_EQ(rig.step(tokens, count, rows), BITNET_OK) << rig.error.message;
    length += count;
    EXPECT_EQ(rig.info().length, length);
    for (int64_t b = 0; b < batch; ++b)
      for (int64_t r = 0; r < rows; ++r)
        for (int64_t v = 0; v < kFakeVocab; ++v)
          ASSERT_EQ(rig.logits[(b * rows + r) * kFakeVocab + v],
                    FakeModel::logit(lines[b], size_t(length - rows + r), v))
              << "sequence " << b << ", row " << r << " of " << rows
              << ", length " << length;
  }
}

TEST(Session, TheLikeliestTokensAreThoseOfTheLogits) {
  FakeOptions withCaches, without, allRows, halfLogits;
  without.caches = false;
  allRows.allRows = true;
  halfLogits.logitsType = BITNET_FLOAT16;
  for (const FakeOptions &fake : {withCaches, without, allRows, halfLogits})
    for (int64_t k : {int64_t(1), int64_t(3), kFakeVocab}) {
      bitnet_session_options options = sessionOptions();
      options.batch = 2;
      options.max_chunk = 2;
      Rig rig(fake, options), other(fake, options);
      std::vector<int32_t> tokens = someTokens(10), ids(2 * k);
      std::vector<float> logits(2 * k);
      ASSERT_EQ(rig.step(tokens, 5, 1), BITNET_OK) << rig.error.message;
      ASSERT_EQ(bitnet_session_step_top(other.session, tokens.data(), 5, k,
                                        ids.data(), logits.data(),
                                        &other.error),
                BITNET_OK)
          << other.error.message;
      EXPECT_EQ(other.info().length, 5);
      for (int64_t b = 0; b < 2; ++b) {
        const float *all = rig.logits + b * kFakeVocab;
        std::vector<int32_t> want(kFakeVocab);
        std::iota(want.begin(), want.end(), 0);
        std::stable_sort(want.begin(), want.end(),
                         [&](int32_t x, int32_t y) { return all[x] > all[y]; });
        for (int64_t i = 0; i < k; ++i) {
          EXPECT_EQ(ids[b * k + i], want[i]);
          EXPECT_EQ(logits[b * k + i], all[want[i]]);
        }
      }
    }
}

TEST(Session, CountOfLikeliestTokensIsChecked) {
  Rig rig(FakeOptions{});
  std::vector<int32_t> tokens = someTokens(1), ids(kFakeVocab + 1);
  std::vector<float> logits(kFakeVocab + 1);
  for (int64_t k : {int64_t(0), int64_t(-1), kFakeVocab + 1})
    EXPECT_EQ(bitnet_session_step_top(rig.session, tokens.data(), 1, k,
                                      ids.data(), logits.data(), &rig.error),
              BITNET_INVALID_ARGUMENT);
  EXPECT_EQ(bitnet_session_step_top(rig.session, tokens.data(), 1, 1, nullptr,
                                    logits.data(), &rig.error),
            BITNET_INVALID_ARGUMENT);
  EXPECT_EQ(rig.info().length, 0);
}

TEST(Session, AnyPiecesGiveTheSameLogits) {
  const std::vector<std::vector<int64_t>> ways = {
      {20}, {1, 19}, {19, 1}, {7, 1, 1, 11}, std::vector<int64_t>(20, 1)};
  FakeOptions withCaches, without, halfCaches, allRows, halfLogits, narrowIds,
      flatPositions;
  without.caches = false;
  halfCaches.cacheType = BITNET_FLOAT16;
  allRows.allRows = true;
  halfLogits.logitsType = BITNET_FLOAT16;
  narrowIds.tokenType = BITNET_INT32;
  flatPositions.positionsOfRank1 = true;
  // Small numbers stay exact in float16 only for short texts.
  for (const FakeOptions &fake :
       {withCaches, without, halfCaches, allRows, narrowIds, flatPositions})
    for (const auto &pieces : ways)
      for (int64_t batch : {1, 3})
        for (int64_t chunk : {5, 20, 64})
          for (int64_t rows : {1, 3, 5})
            for (int32_t threads : {1, 3}) {
              bitnet_session_options options = sessionOptions();
              options.batch = batch;
              options.max_chunk = chunk;
              options.max_logit_rows = rows;
              options.threads = threads;
              options.context_length = 20;
              feedInPieces(fake, options, pieces);
              if (HasFatalFailure())
                FAIL() << "batch " << batch << ", chunk " << chunk << ", rows "
                       << rows << ", threads " << threads;
            }
  feedInPieces(halfLogits, sessionOptions(), {2, 1});
}

TEST(Session, ArenaThatShrinksAtTheEndOfATable) {
  FakeOptions fake;
  for (int64_t table : {3, 12, 20, 30})
    for (int64_t chunk : {1, 5, 20})
      for (const std::vector<int64_t> &pieces :
           {std::vector<int64_t>{20}, {7, 1, 12}, {1, 19}}) {
        fake.table = table;
        bitnet_session_options options = sessionOptions();
        options.max_chunk = chunk;
        options.context_length = 20;
        feedInPieces(fake, options, pieces);
      }
}

TEST(Session, ContextFullTellsTheNumbers) {
  bitnet_session_options options = sessionOptions();
  options.context_length = 8;
  for (bool caches : {true, false}) {
    FakeOptions fake;
    fake.caches = caches;
    Rig rig(fake, options);
    EXPECT_EQ(rig.step(someTokens(9), 9, 1), BITNET_CONTEXT_FULL);
    EXPECT_STREQ(rig.error.message,
                 "context full: 9 tokens behind 0 do not fit the context of 8");
    EXPECT_EQ(rig.step(someTokens(8), 8, 1), BITNET_OK);
    EXPECT_EQ(rig.step(someTokens(1), 1, 1), BITNET_CONTEXT_FULL);
    EXPECT_STREQ(rig.error.message,
                 "context full: 1 tokens behind 8 do not fit the context of 8");
    EXPECT_EQ(rig.info().length, 8);
  }
}

TEST(Session, RewindForgets) {
  for (bool caches : {true, false}) {
    FakeOptions fake;
    fake.caches = caches;
    Rig rig(fake);
    ASSERT_EQ(rig.step({1, 2, 3, 4}, 4, 1), BITNET_OK);
    EXPECT_EQ(bitnet_session_rewind(rig.session, 5, &rig.error),
              BITNET_INVALID_ARGUMENT);
    EXPECT_EQ(bitnet_session_rewind(rig.session, -1, &rig.error),
              BITNET_INVALID_ARGUMENT);
    EXPECT_EQ(rig.info().length, 4);
    ASSERT_EQ(bitnet_session_rewind(rig.session, 2, &rig.error), BITNET_OK);
    ASSERT_EQ(rig.step({9}, 1, 1), BITNET_OK);
    EXPECT_EQ(rig.logits[0], FakeModel::logit({1, 2, 9}, 2, 0));
    bitnet_session_reset(rig.session);
    ASSERT_EQ(rig.step({5}, 1, 1), BITNET_OK);
    EXPECT_EQ(rig.logits[0], FakeModel::logit({5}, 0, 0));
  }
}

TEST(Session, RefusesWrongSteps) {
  Rig rig({});
  EXPECT_EQ(rig.step({0}, 0, 0), BITNET_INVALID_ARGUMENT);
  EXPECT_EQ(rig.step({0, 1}, 2, 2), BITNET_INVALID_ARGUMENT)
      << "more rows than the session was made for";
  EXPECT_STREQ(rig.error.message, "rows of logits is 2, expected 0 to 1");
  EXPECT_EQ(rig.step({0, int32_t(kFakeVocab)}, 2, 1), BITNET_INVALID_ARGUMENT);
  EXPECT_STREQ(rig.error.message,
               "token 11 at position 1 is outside the vocabulary of 11");
  EXPECT_EQ(rig.step({-1}, 1, 1), BITNET_INVALID_ARGUMENT);
  EXPECT_EQ(
      bitnet_session_step(rig.session, nullptr, 1, 1, &rig.logits, nullptr),
      BITNET_INVALID_ARGUMENT);
  EXPECT_EQ(rig.info().length, 0);
  EXPECT_EQ(rig.step({int32_t(kFakeVocab) - 1}, 1, 0), BITNET_OK);
}

TEST(Session, RefusesWrongOptions) {
  bitnet_session_options options = sessionOptions();
  options.context_length = 65;
  EXPECT_EQ(createError({}, options), "context length is 65, expected 1 to 64");
  options = sessionOptions();
  options.threads = 1025;
  EXPECT_EQ(createError({}, options),
            "1025 threads, expected 1 to 1024, or 0 for all CPUs");
  options = sessionOptions();
  options.batch = -1;
  EXPECT_EQ(createError({}, options), "batch is -1, expected 1 to 65536");
  options = sessionOptions();
  options.max_chunk = 4;
  options.max_logit_rows = 5;
  EXPECT_EQ(createError({}, options),
            "most rows of logits is 5, expected 1 to 4");
  options = sessionOptions();
  options.struct_bytes = 8;
  EXPECT_NE(createError({}, options).find("session options of 8 bytes"),
            std::string::npos);
  FakeOptions endless;
  endless.contextLength = 0;
  options = sessionOptions();
  options.context_length = INT32_MAX;
  options.batch = 65536;
  EXPECT_NE(createError(endless, options).find("out of memory"),
            std::string::npos);
}

TEST(Session, AStepIsOneRunWhereTokensMeet) {
  FakeOptions local, meeting, whole;
  local.contextLength = meeting.contextLength = whole.contextLength = 300;
  meeting.tokenLocal = whole.tokenLocal = false;
  whole.caches = false;
  EXPECT_EQ(Rig(local).info().max_chunk, 128);
  Rig rig(meeting);
  EXPECT_EQ(rig.info().max_chunk, 300);
  std::vector<int32_t> tokens = someTokens(290);
  ASSERT_EQ(rig.step(tokens, 290, 1), BITNET_OK) << rig.error.message;
  EXPECT_EQ(rig.logits[1], FakeModel::logit(tokens, 289, 1));
  EXPECT_EQ(Rig(whole).info().max_chunk, 300);
  // Whoever asks for pieces gets them.
  bitnet_session_options options = sessionOptions();
  options.max_chunk = 4;
  EXPECT_EQ(Rig(meeting, options).info().max_chunk, 4);
}

TEST(Session, StaticLengthOfTokens) {
  FakeOptions fake;
  fake.fixedTokens = 2;
  Rig rig(fake);
  EXPECT_EQ(rig.info().max_chunk, 2);
  EXPECT_EQ(rig.step({1, 2, 3}, 3, 1), BITNET_SHAPE_MISMATCH);
  EXPECT_STREQ(rig.error.message, "'fake' takes 2 tokens at a time, found 3");
  ASSERT_EQ(rig.step({1, 2, 3, 4}, 4, 1), BITNET_OK);
  EXPECT_EQ(rig.logits[1], FakeModel::logit({1, 2, 3, 4}, 3, 1));
  fake.caches = false;
  EXPECT_EQ(
      createError(fake, sessionOptions()),
      "'fake' takes exactly 2 tokens and has no cache: invoke it instead");
}

TEST(Session, GraphsThatAreNoLanguageModels) {
  bitnet_module module = *fakeProduct();
  AlignedBytes weights(makeWeights(module, "data"));
  bitnet_weights_source source = {nullptr, 0, weights.size, weights.data};
  bitnet_model *model = nullptr;
  bitnet_error error;
  ASSERT_EQ(bitnet_model_open(&module, &source, nullptr, &model, &error),
            BITNET_OK)
      << error.message;
  bitnet_model_info info;
  bitnet_model_get_info(model, &info);
  EXPECT_EQ(info.is_generative, 0);
  bitnet_session *session = nullptr;
  EXPECT_EQ(bitnet_session_create(model, nullptr, &session, &error),
            BITNET_UNSUPPORTED);
  EXPECT_STREQ(error.message,
               "'product' has no input that takes tokens: invoke it instead");
  bitnet_model_close(model);
}
