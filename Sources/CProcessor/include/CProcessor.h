#pragma once
// What the kernels were compiled for, and whether this processor has it. Static inline, so that
// the macros are those of the module that imports them (compiled with SHARDEM_CPU's flag).

/// How many vectors of eight float64 the vector registers hold together.
static inline long shardem_vectors_in_registers(void) {
#if defined(__AVX512F__)
  return 32;
#else
  return 8;
#endif
}

/// Whether this processor has all of x86-64-v4 beyond v3, AVX-512, which the importing module does not use.
static inline int shardem_has_unused_avx512(void) {
#if defined(__x86_64__) && !defined(__AVX512F__)
  __builtin_cpu_init();
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512cd") &&
         __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
         __builtin_cpu_supports("avx512bw");
#else
  return 0;
#endif
}

/// The first instruction set that the importing module was compiled for and this processor
/// lacks, or NULL when it has them all.
static inline const char *shardem_missing_instruction_set(void) {
#if defined(__x86_64__)
  __builtin_cpu_init();
#if defined(__AVX2__)
  if (!__builtin_cpu_supports("avx2")) return "AVX2";
#endif
#if defined(__BMI__)
  if (!__builtin_cpu_supports("bmi")) return "BMI1";
#endif
#if defined(__BMI2__)
  if (!__builtin_cpu_supports("bmi2")) return "BMI2";
#endif
#if defined(__FMA__)
  if (!__builtin_cpu_supports("fma")) return "FMA";
#endif
#if defined(__AVX512F__)
  if (!__builtin_cpu_supports("avx512f")) return "AVX-512F";
#endif
#if defined(__AVX512CD__)
  if (!__builtin_cpu_supports("avx512cd")) return "AVX-512CD";
#endif
#if defined(__AVX512VNNI__)
  if (!__builtin_cpu_supports("avx512vnni")) return "AVX-512VNNI";
#endif
#if defined(__AVX512VBMI__)
  if (!__builtin_cpu_supports("avx512vbmi")) return "AVX-512VBMI";
#endif
#if defined(__AVX512VBMI2__)
  if (!__builtin_cpu_supports("avx512vbmi2")) return "AVX-512VBMI2";
#endif
#if defined(__AVX512BITALG__)
  if (!__builtin_cpu_supports("avx512bitalg")) return "AVX-512BITALG";
#endif
#if defined(__AVX512VPOPCNTDQ__)
  if (!__builtin_cpu_supports("avx512vpopcntdq")) return "AVX-512VPOPCNTDQ";
#endif
#if defined(__AVX512IFMA__)
  if (!__builtin_cpu_supports("avx512ifma")) return "AVX-512IFMA";
#endif
#if defined(__GFNI__)
  if (!__builtin_cpu_supports("gfni")) return "GFNI";
#endif
#if defined(__AVX512DQ__)
  if (!__builtin_cpu_supports("avx512dq")) return "AVX-512DQ";
#endif
#if defined(__AVX512VL__)
  if (!__builtin_cpu_supports("avx512vl")) return "AVX-512VL";
#endif
#if defined(__AVX512BW__)
  if (!__builtin_cpu_supports("avx512bw")) return "AVX-512BW";
#endif
#endif
  return 0;
}
