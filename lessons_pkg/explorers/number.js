// A number, written as explorer.py writes it: three decimals, a large one with fewer, a small one with its first digit.
function number(x) {
  const size = Math.abs(x);
  const small = () => (size >= 9.5e-7 ? size.toFixed(6) : size.toExponential(0).replace("-", "−"));
  const text = size >= 0.00995 || !size ? size.toFixed(size < 9.9995 ? 3 : size < 99.95 ? 1 : 0) : small();
  return (x < 0 ? "−" : "") + text;
}

const two = (x) => x.toFixed(2).replace("-", "−");
