/* op_texts.h: graphs that, between them, hold every op in every geometry that is worth a test. They are the common
 * ground of the gradient tests (in double) and of the tests that a batch may be cut anywhere (in float).
 *
 * An `@` stands for an activation. A text without `-> y` gives some value at its end, called o, from which the
 * test goes on to y and a loss. */
#ifndef TESTS_OP_TEXTS_H
#define TESTS_OP_TEXTS_H

#include <stddef.h>
#include <stdio.h>
#include <string.h>

/* One for each op, small: these meet every activation and every loss. */
static const char *const op_texts[] = {
    "input 3x4x2\ndense 7 @ -> o\n",
    "input 5x6x2\nconv 3x3 3 tanh\nconv 3x2 4 /2 @ -> o\n",
    "input 3x4x2\nconv 3x3 3 tanh\ndeconv 3x3 2 /2 @ -> o\n",
    "input 4x5x1\nconv 3x3 3\nlayernorm\n@ -> o\n",
    "input 7x5x1\nconv 3x3 3 tanh\nmaxpool 2 @ -> o\n",
    "input 7x5x1\nconv 3x3 3 tanh\navgpool 3x2 /2 p1x0 @ -> o\n",
    "input 3x4x1\nconv 3x3 2 tanh\nup 2x1 @ -> o\n",
    "input 3x4x1\nconv 3x3 2 tanh\nbilinear 2 @ -> o\n",
    "input 3x4x1\nconv 3x3 8 tanh\nshuffle 2 @ -> o\n",
    "input 4x3x1\nconv 3x3 3 tanh\nbatchnorm @ -> o\n",
    "input 4x3x1\nconv 3x3 3 tanh\nlayernorm @ -> o\n",
    "input 4x3x1\nconv 3x3 4 tanh\ngroupnorm 2 @ -> o\n",
    "input 4x3x1\nconv 3x3 3 tanh\ndropout 0.3 @ -> o\n",
    "input 4x3x1\nconv 3x3 3 tanh\nnoise gaussian 0.3 @ -> o\n",
    "input 4x3x1\ndense 4 -> m\ndense 4 <- x -> v\ngaussian m v @ -> o\n",
    "input 4x3x1\ndense 6 tanh\nnested 0.2 @ -> o\n",
    "input 4x3x1\nconv 3x3 2 tanh -> a\nconv 1x1 2 <- x -> b\nadd a b @ -> o\n",
    "input 4x3x1\nconv 3x3 2 tanh -> a\nconv 1x1 3 <- x -> b\nconcat a b @ -> o\n",
    "input 4x3x1\nconv 3x3 5 tanh\nslice 1..4 @ -> o\n",
    "input 4x3x1\nconv 3x3 2 tanh\nreshape 2x3x4 @ -> o\n",
    "input 4x3x1\nconv 3x3 2 tanh\nflatten @ -> o\n",
};

/* Geometries and wirings; one activation and one loss each. */
static const char *const geometry_texts[] = {
    /* convolution: strides 2 and 3, (H+2p-k) not a multiple of the stride, dilation, groups, padding, 1-D */
    "input 28x28x1\nconv 3x3 2 /2 p1 tanh\nconv 3x3 3 /2 p1 tanh\ndense 3 -> z\ndense 7x7x3 tanh\n"
    "deconv 3x3 2 /2 p1 tanh to 14x14\ndeconv 3x3 1 /2 p1 sigmoid to 28x28 -> y\nloss mse y x\n",
    "input 7x6x2\nconv 3x3 3 tanh\nconv 3x3 2 /3 tanh -> o\n",
    "input 8x7x2\nconv 3x3 3 tanh\nconv 5x3 2 /3x2 p2x0 tanh -> o\n",
    "input 7x8x2\nconv 3x3 3 tanh\nconv 3x3 2 d2 tanh -> o\n",
    "input 9x8x2\nconv 3x3 3 tanh\nconv 3x2 2 d2x3 /2 p3x1 tanh -> o\n",
    "input 6x5x2\nconv 3x3 4 tanh\nconv 3x3 6 g2 tanh -> o\n",
    "input 6x5x4\nconv 3x3 4 g4 d2 tanh\nconv 3x2 8 g4 /2x1 nobias tanh -> o\n",
    "input 6x5x2\nconv 1x1 3 nobias tanh\nconv 3x3 2 valid tanh -> o\n",
    "input 6x5x2\nconv 4x4 3 /2 p1 tanh\nconv 2x2 2 p1 tanh -> o\n",
    "input 8x7x1\nconv 3x3 2 tanh\nconv 1x2 2 /3 p0 tanh -> o\n",
    "input 5x5x1\nconv 3x3 2 tanh\nconv 5x5 3 valid tanh -> o\n",
    "input 1x17x2\nconv 5 3 /2 tanh\nconv 3 2 d2 tanh\ndeconv 4 2 /2 p1 tanh -> o\n",
    "input 1x1x3\nconv 3x3 4 tanh\ndeconv 3x3 2 tanh -> o\n",
    /* transposed convolution: output padding, kernels smaller than the stride, dilation, groups */
    "input 4x3x2\nconv 3x3 3 tanh\ndeconv 3x3 2 /2 p1 to 8x6 tanh -> o\n",
    "input 4x3x2\nconv 3x3 3 tanh\ndeconv 3x3 2 /2 p1 to 7x5 tanh -> o\n",
    "input 4x3x2\nconv 3x3 3 tanh\ndeconv 2x2 2 /3 p0 to 13x10 tanh -> o\n",
    "input 3x4x2\nconv 3x3 3 tanh\ndeconv 5x4 2 /3x2 p1 tanh -> o\n",
    "input 3x4x2\nconv 3x3 3 tanh\ndeconv 3x3 2 d2 /2 p1 tanh -> o\n",
    "input 3x4x2\nconv 3x3 4 tanh\ndeconv 3x2 6 g2 /2 nobias tanh -> o\n",
    "input 3x4x2\nconv 3x3 4 tanh\ndeconv 3x3 4 g4 valid tanh -> o\n",
    "input 7x6x3\nconv 5x4 3 g3 /2x1 nobias tanh\nconv 1x1 33 tanh\nconv 3x3 33 g33 elu\nconv 1x1 2 -> o\n",
    "input 3x4x2\nconv 1x1 17 tanh\ndeconv 3x2 17 g17 /2x3 silu\ndeconv 2x2 17 g17 /3 nobias tanh\nconv 1x1 2 -> o\n",
    "input 3x4x2\ndeconv 3x3 4 /2 tanh\nconv 3x3 2 /2 tanh -> o\n",
    /* so many channels that the frame's taps are left out: 1, 2 and 3 stretches of an axis, one axis alone, windows
     * that see nothing but the frame, groups, phases without taps */
    "input 7x8x1\nconv 3x3 16 tanh\nconv 3x3 2 /2 tanh -> o\n",
    "input 4x3x2\nconv 1x1 17 tanh\nconv 3x3 2 silu -> o\n",
    "input 7x9x1\nconv 1x1 16 tanh\nconv 5x5 2 /2 tanh -> o\n",
    "input 6x5x1\nconv 1x1 18 tanh\nconv 5x2 3 p2x0 tanh -> o\n",
    "input 2x70x1\nconv 1x1 16 tanh\nconv 3x3 2 tanh -> o\n",
    "input 1x9x2\nconv 1 32 tanh\nconv 3 4 g2 /2 tanh -> o\n",
    "input 5x2x2\nconv 1x1 16 tanh\nconv 3x2 2 d1x3 p1x3 tanh -> o\n",
    "input 4x4x1\nconv 1x1 16 tanh\ndeconv 3x3 16 /2 to 7x8 silu -> o\n",
    "input 3x4x2\nconv 1x1 16 tanh\ndeconv 5x4 17 /2 tanh -> o\n",
    "input 3x4x2\nconv 1x1 16 tanh\ndeconv 3x3 16 tanh -> o\n",
    "input 3x2x2\nconv 1x1 32 tanh\ndeconv 2x4 32 /3x2 g2 p0x1 d1x2 tanh -> o\n",
    /* dense: so many columns that they are packed as they are used, the last of them few, in blocks of rows */
    "input 2x2x1\ndense 340 tanh\ndense 260 elu\ndense 3 tanh -> o\n",
    /* pooling and resizing */
    "input 9x7x1\nconv 3x3 3 tanh\nmaxpool 3 /2 p1 -> o\n",
    "input 9x7x1\nconv 3x3 3 tanh\nmaxpool 2x3 valid -> o\n",
    "input 9x7x1\nconv 3x3 3 tanh\nmaxpool 2 /3 -> o\n",
    "input 9x7x1\nconv 3x3 3 tanh\navgpool 3 /2 p1 -> o\n",
    "input 9x7x1\nconv 3x3 3 tanh\navgpool 2x3 valid -> o\n",
    "input 1x11x2\nconv 3 3 tanh\nmaxpool 2\navgpool 3\nup 3 -> o\n",
    "input 3x2x1\nconv 3x3 3 tanh\nup to 9x4 -> o\n",
    "input 3x2x1\nconv 3x3 3 tanh\nbilinear to 7x7 -> o\n",
    "input 9x8x1\nconv 3x3 3 tanh\nbilinear to 4x3 -> o\n",
    "input 1x3x1\nconv 3 2 tanh\nbilinear 3 -> o\n",
    "input 2x3x1\nconv 3x3 18 tanh\nshuffle 3 -> o\n",
    /* a convolution behind an up, in one: kernels, paddings and factors, odd sizes, borders cut off; several in a row;
     * one behind the input, and one whose up's input is read by others too */
    "input 3x4x1\nconv 3x3 2 tanh\nup 2\nconv 3x3 3 tanh -> o\n",
    "input 5x3x2\nconv 1x1 3 tanh\nup 2\nconv 3x3 2 valid tanh\nup 2\nconv 3x3 1 sigmoid -> o\n",
    "input 3x3x1\nconv 3x3 2 tanh\nup 2\nconv 5x5 3 tanh -> o\n",
    "input 3x2x1\nconv 3x3 2 tanh\nup 3\nconv 5x4 2 p3x1 nobias tanh -> o\n",
    "input 2x3x1\nconv 3x3 2 tanh\nup 1x2\nconv 3x3 3 elu -> o\n",
    "input 3x2x2\nup 3x2\nconv 2x3 5 p1x2 tanh\nconv 3x3 2 tanh -> o\n",
    "input 3x4x1\nconv 3x3 2 tanh -> a\nup 2\nconv 3x3 2 tanh p2x0 -> b\nup 2 <- a\nconv 4x4 2 tanh p2x1 -> c\n"
    "flatten <- a -> d\ndense 5 <- b -> e\ndense 5 <- c -> f\ndense 5 <- d -> g\nadd e f g -> o\n",
    "input 1x5x2\nconv 3 3 tanh\nup 1x3\nconv 5 2 tanh -> o\n",
    "input 3x4x1\nconv 1x1 16 tanh\nup 2\nconv 3x3 6 tanh -> o\n",
    "input 3x3x1\nconv 1x1 17 tanh\nup 3x2\nconv 5x4 5 tanh -> o\n",
    /* norms: behind the input, where no gradient is wanted; several; on vectors */
    "input 4x3x2\nbatchnorm\nconv 3x3 3 tanh\nbatchnorm\nconv 3x3 2 tanh -> o\n",
    "input 4x3x2\nlayernorm\nconv 3x3 3 tanh\ngroupnorm g3\nconv 3x3 2 tanh -> o\n",
    "input 3x3x1\ndense 8 tanh\nlayernorm\ndense 6 tanh\ngroupnorm 1 -> o\n",
    "input 3x3x1\ndense 8 tanh\nbatchnorm relu\ndense 6 tanh\nbatchnorm -> o\n",
    /* an input that nothing but the op itself keeps alive until the way back; a maximum's places, odd in number */
    "input 4x3x2\nconv 3x3 4 tanh\nflatten\nlayernorm\nreshape 4x3x4\ngroupnorm 2\nflatten\nsilu\nup 1x1 -> o\n",
    "input 4x3x2\nconv 3x3 4 tanh\nup 1x1\nbatchnorm\nup 1x1\nbatchnorm\nup 1x1\nconv 3x3 2 tanh -> o\n",
    "input 4x3x2\ndense 8 -> a\nslice 0..4 -> m\nslice 4..8 <- a -> v\ngaussian m v\ndense 6 tanh\nup 1x1 -> o\n",
    "input 5x5x1\nconv 3x3 1 tanh\nmaxpool 2\nbatchnorm -> o\n",
    /* fan-out: a value used twice and more, in any order of writing and adding */
    "input 4x3x2\nconv 3x3 3 tanh -> a\nconv 3x3 3 tanh -> b\nadd a b -> c\nconv 3x3 3 tanh -> d\nadd d a c b -> o\n",
    "input 4x3x2\nconv 3x3 3 tanh -> a\nadd a a -> o\n",
    "input 4x3x2\nconv 3x3 3 tanh -> a\nconcat a a -> b\nadd a a a -> c\nconcat b a c a -> o\n",
    "input 4x3x2\nconv 3x3 6 tanh -> a\nslice 0..2 <- a -> b\nslice 1..4 <- a -> c\nslice 5..6 <- a -> d\n"
    "concat b c d -> o\n",
    "input 4x6x2\nconv 3x3 2 tanh -> a\nmaxpool 2 -> b\nup 2 -> c\nslice 0..1 <- a -> d\nadd a c -> e\n"
    "concat e d -> o\n",
    "input 4x4x2\nconv 3x3 4 tanh -> a\nmaxpool 2 <- a -> b\navgpool 2 <- a -> c\nconv 2x2 4 /2 p0 <- a -> d\n"
    "shuffle 2 <- a -> s\nbilinear to 2x2 <- s -> t\nadd b c d -> e\nconcat e t -> o\n",
    "input 4x4x2\nconv 3x3 4 tanh -> a\nshuffle 2 <- a -> b\nflatten <- a -> c\ndense 4 <- a -> d\nup 2 <- a -> e\n"
    "reshape 1x1x64 <- b -> f\nadd c f -> g\nslice 0..1 <- e -> h\nadd h b -> i\nconcat g d -> j\nflatten <- i -> k\n"
    "concat j k -> o\n",
    "input 4x4x2\nconv 3x3 2 tanh -> a\ndeconv 3x3 2 /2 <- a -> b\nbilinear 2 <- a -> c\nup 2 <- a -> d\n"
    "add b c d -> o\n",
    "input 4x3x2\nconv 3x3 2 tanh -> a\nlayernorm <- a -> b\nbatchnorm <- a -> c\ngroupnorm 2 <- a -> d\n"
    "relu <- a -> e\nadd b c d e -> f\ndropout 0.2 <- a -> g\nnoise gaussian 0.1 <- a -> h\nreshape 4x3x2 <- a -> i\n"
    "add f g h i -> o\n",
    "input 4x3x1\ndense 5 -> a\ngaussian a a -> b\ndense 5 silu <- a -> c\ngelu <- a -> d\nadd a b c d -> o\n",
    /* chance behind chance, and nothing at all */
    "input 4x3x1\nnoise gaussian 0.2\ndense 8 tanh\ndropout 0.5\ndense 6 tanh\ndropout 0 -> o\n",
    "input 4x3x1\ndense 7 tanh -> a\nnested <- a -> b\nnested 0.5 <- a -> c\nadd a b c\nnested 0 -> o\n",
    /* whole models: a VAE, several losses, factors and sums, penalties on the code */
    "input 5x5x1\nconv 3x3 3 /2 p1 tanh -> h\ndense 3 <- h -> m\ndense 3 <- h -> v\ngaussian m v -> z\n"
    "dense 3x3x3 tanh\ndeconv 3x3 1 /2 p1 sigmoid to 5x5 -> y\nloss bce y x sum\nloss kl m v sum\n",
    "input 5x4x1\ndense 6 tanh -> z\ndense 5x4x1 -> y\nloss mse y x * 0.5\nloss l1 z * 0.1\nloss mse z sum * 0.02\n"
    "loss huber y x 0.3 * 0.7\n",
    "input 12x11x2\nconv 3x3 2 /2 tanh\ndense 4 -> z\ndense 12x11x2 sigmoid -> y\nloss ssim y x * 0.5\nloss l1 y x\n",
};

enum {
    OP_TEXTS = sizeof op_texts / sizeof *op_texts,
    GEOMETRY_TEXTS = sizeof geometry_texts / sizeof *geometry_texts,
    OP_TEXT_SIZE = 1024,
};

/* Loss lines on y (or o), behind a text's end. %s: the shape of x. */
static inline const char *op_text_tail(const char *loss)
{
    if (!strcmp(loss, "bce")) return "dense %s sigmoid <- o -> y\nloss bce y x\n";
    if (!strcmp(loss, "ssim"))
        return "dense %s <- o -> y\nbilinear to 11x12 -> big\nbilinear to 11x12 <- x -> goal\nloss ssim big goal\n";
    if (!strcmp(loss, "kl"))
        return "dense %s <- o -> y\ndense 3 <- o -> mu\ndense 3 <- o -> logvar\nloss kl mu logvar\n";
    if (!strcmp(loss, "code l1")) return "dense %s <- o -> y\nloss mse y x\nloss l1 o * 0.2\n";
    if (!strcmp(loss, "code mse")) return "dense %s <- o -> y\nloss mse y x\nloss mse o sum * 0.1\n";
    return NULL;
}

/* The whole graph: `act` in place of the @, and what is missing up to a loss. */
static inline void op_text_complete(char out[OP_TEXT_SIZE], const char *text, const char *act, const char *loss)
{
    char shape[32] = "";
    size_t used = 0;
    sscanf(text, "input %31s", shape);
    for (const char *p = text; *p && used + 16 < OP_TEXT_SIZE; p++) {
        if (*p != '@') out[used++] = *p;
        else used += (size_t)snprintf(out + used, OP_TEXT_SIZE - used, "%s", act);
    }
    out[used] = 0;
    if (strstr(text, "-> y\n")) return;
    const char *tail = op_text_tail(loss);
    if (tail) snprintf(out + used, OP_TEXT_SIZE - used, tail, shape);
    else
        snprintf(out + used, OP_TEXT_SIZE - used, "dense %s <- o -> y\nloss %s y x%s\n", shape, loss,
                 strcmp(loss, "huber") ? "" : " 0.2");
}

#endif
