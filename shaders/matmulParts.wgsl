// C = Σ_z parts[z], the parts of a product's inner sum, in order; then the epilogue. One vec4 of C an invocation.
struct Shape {
  vectors: u32, // M·N / 4
  c0: u32, // first vec4 of C, and of aux, which is laid out as C
  epilogue: u32, // lib/epilogue.wgsl
}
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> parts: array<vec4f>; // (PARTS, M, N)
@group(0) @binding(2) var<storage, read> aux: array<stored4>; // bound to an operand where the epilogue does not read it
@group(0) @binding(3) var<storage, read_write> c: array<result4>;
override PARTS: u32; // known when compiled, so that the loads do not wait for each other

@compute @workgroup_size(64)
fn addParts(@builtin(local_invocation_index) local: u32, @builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let vector = (group.y * groups.x + group.x) * 64u + local;
  if (vector >= shape.vectors) {
    return;
  }
  var sum = parts[vector];
  for (var z = 1u; z < PARTS; z++) {
    sum += parts[z * shape.vectors + vector];
  }
  let i = shape.c0 + vector;
  switch shape.epilogue {
    case ADD: {
      sum += vec4f(aux[i]);
    }
    case SQUARED_RELU: {
      let positive = max(sum, vec4f());
      sum = positive * positive;
    }
    case SQUARED_RELU_GRADIENT: {
      sum *= 2.0 * sqrt(vec4f(aux[i]));
    }
    case ACCUMULATE: {
      sum += vec4f(c[i]);
    }
    default: {}
  }
  c[i] = result4(sum);
}
